/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/booted_image.h"

#include "keys/host/machine.h"
#include "keys/host/partition.h"
#include "keys/host/state.h"
#include "keys/image/booted.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>

enum { IMAGE_MAX = 1 << 30 };

/* FAT ignores case, so the path is used as the firmware wrote it. */
static bool open_below(const char *dir, const char *name, struct es_booted_file *ret)
{
	es_buf_free(&ret->bytes);
	snprintf(ret->path, sizeof ret->path, "%s%s", dir, name);
	return es_file_read(AT_FDCWD, ret->path, IMAGE_MAX, &ret->bytes) == ES_OK &&
	       es_pe_open(es_buf_span(&ret->bytes), ES_PE_FILE, &ret->pe) == ES_OK;
}

/* Banks and images may be on two partitions. The log shows which of the files was started. */
bool es_booted_open(const struct es_host *host, struct es_span log, struct es_booted_file *ret)
{
	char name[ES_PROGRAM_PATH];
	struct es_event event;

	if (host->boot_dir[0] == '\0' || !es_booted_event(log, &event) || !es_event_program_file(&event, name))
		return false;
	if (open_below(host->boot_dir, name, ret) && es_booted_is(&ret->pe, log))
		return true;
	for (unsigned i = 0; es_boot_partition_place(i) != NULL; i++)
		if (open_below(es_boot_partition_place(i), name, ret) && es_booted_is(&ret->pe, log))
			return true;
	return open_below(host->boot_dir, name, ret);
}

void es_booted_free(struct es_booted_file *file)
{
	es_buf_free(&file->bytes);
}

enum es_reason es_host_booted_image(struct es_host *host, char ret_path[static ES_BOOTED_PATH],
				    struct es_buf *ret_bytes)
{
	ES_BOOTED_FILE file = { .path = "" };
	ES_BUF log = { NULL, 0 };
	enum es_reason r;

	if (!host->have_boot || (host->boot.before_fence.present & ES_PCR_BIT(ES_PCR_IMAGE)) == 0)
		return es_host_refuse(host, ES_NOT_BOOTED, "no measurement shows which boot image is running");
	r = es_host_event_log(host, &log);
	if (r != ES_OK)
		return r;
	if (!es_booted_open(host, es_buf_span(&log), &file))
		return es_host_refuse(host, ES_BOOTED_NOT_FOUND,
				      "the file that this boot was started from can't be found%s%s",
				      file.path[0] != '\0' ? ": " : "", file.path);
	if (!es_booted_is_measured(&file.pe, &host->boot.before_fence))
		return es_host_refuse(host, ES_BOOTED_NOT_FOUND, "%s isn't the image that was started", file.path);
	snprintf(ret_path, ES_BOOTED_PATH, "%s", file.path);
	*ret_bytes = es_buf_take(&file.bytes);
	return ES_OK;
}
