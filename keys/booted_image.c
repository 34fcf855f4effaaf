/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/booted_image.h"

#include "keys/host_state.h"
#include "keys/image.h"
#include "keys/predict.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>

enum { IMAGE_MAX = 1 << 30 };

static bool is_measured(struct es_span file, const struct es_pcr_values *read)
{
	struct es_digest pcr11;
	struct es_uki uki;
	struct es_pe pe;

	return es_pe_open(file, ES_PE_FILE, &pe) == ES_OK && es_uki_find(&pe, ES_PE_FILE, &uki) == ES_OK &&
	       es_image_predict_pcr11(&uki, &pcr11) == ES_OK && es_digest_equal(&pcr11, &read->value[ES_PCR_IMAGE]);
}

enum es_reason es_host_booted_image(struct es_host *host, char ret_path[static ES_BOOTED_PATH],
				    struct es_buf *ret_bytes)
{
	char name[ES_PROGRAM_PATH], path[ES_BOOTED_PATH];
	ES_BUF bytes = { NULL, 0 };
	ES_BUF log = { NULL, 0 };
	enum es_reason r;

	if (!host->have_boot || (host->boot.before_fence.present & ES_PCR_BIT(ES_PCR_IMAGE)) == 0)
		return es_host_refuse(host, ES_NOT_BOOTED, "nothing tells which boot image runs");
	r = es_host_event_log(host, &log);
	if (r != ES_OK)
		return r;
	if (host->boot_dir[0] == '\0' || !es_predict_booted_file(es_buf_span(&log), name))
		return es_host_refuse(host, ES_MISSING, "the event log names no file of the boot partition");
	snprintf(path, sizeof path, "%s%s", host->boot_dir, name);
	r = es_file_read(AT_FDCWD, path, IMAGE_MAX, &bytes);
	if (r != ES_OK)
		return es_host_refuse(host, r, "%s", path);
	if (!is_measured(es_buf_span(&bytes), &host->boot.before_fence))
		return es_host_refuse(host, ES_MISSING, "%s isn't the image that was started", path);
	snprintf(ret_path, ES_BOOTED_PATH, "%s", path);
	*ret_bytes = es_buf_take(&bytes);
	return ES_OK;
}
