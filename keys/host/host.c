/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/host.h"

#include "keys/core/labels.h"
#include "keys/core/subject.h"
#include "keys/host/lock.h"
#include "keys/host/partition.h"
#include "keys/host/state.h"
#include "keys/protector/keyring_named.h"
#include "keys/store/file.h"
#include "keys/store/hibernation.h"
#include "keys/tpm/counter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char kernel_event_log[] = "/sys/kernel/security/tpm0/binary_bios_measurements";
static const char kernel_product_uuid[] = "/sys/class/dmi/id/product_uuid";
static const char kernel_firmware[] = "/sys/firmware";
static const char kernel_options[] = "/proc/cmdline";

enum { BOOT_RECORD_MAX = 64 << 10 };

/* Everything in this folder is trusted, and written to by name. */
static enum es_reason check_run_dir(struct es_host *host)
{
	struct es_path_fault fault;
	ES_FD fd = -1;

	if (es_path_open(host->run_dir, O_PATH | O_DIRECTORY, &fd, &fault) == ES_UNSAFE_PATH)
		return es_host_refuse_path(host, &fault);
	return ES_OK; /* if it doesn't exist, the call that needs it reports that */
}

static enum es_reason read_boot_record(struct es_host *host)
{
	ES_BUF json = { NULL, 0 };
	char path[ES_PATH_TEXT + 16];
	enum es_reason r;

	host->have_boot = false;
	snprintf(path, sizeof path, "%s/" ES_BOOT_RECORD_NAME, host->run_dir);
	r = es_file_read(AT_FDCWD, path, BOOT_RECORD_MAX, &json);
	if (r == ES_MISSING)
		return ES_OK;
	if (r == ES_OK)
		r = es_boot_record_parse(es_buf_span(&json), &host->boot);
	if (r != ES_OK)
		return es_host_refuse(host, r, "%s", path);
	host->have_boot = true;
	return ES_OK;
}

enum es_reason es_host_set_covered(struct es_host *host, unsigned path_count, const char (*paths)[ES_PATH_TEXT])
{
	ES_BUF json = { NULL, 0 };
	char path[ES_PATH_TEXT + 16];
	enum es_reason r;

	host->boot.path_count = path_count;
	memcpy(host->boot.paths, paths, path_count * sizeof *paths);
	snprintf(path, sizeof path, "%s/" ES_BOOT_RECORD_NAME, host->run_dir);
	r = es_boot_record_write(&host->boot, &json);
	if (r == ES_OK)
		r = es_file_write(AT_FDCWD, path, es_buf_span(&json));
	return r == ES_OK ? ES_OK : es_host_refuse(host, r, "%s", path);
}

/* The folder of the banks, if it exists: the first commit makes it. The first call that needs the banks reads them. */
static enum es_reason find_banks(struct es_host *host)
{
	char path[ES_PATH_TEXT + sizeof ES_BANK_FOLDER + 1];

	es_fd_closep(&host->banks_dirfd);
	if (host->boot_dir[0] == '\0')
		return ES_OK;
	snprintf(path, sizeof path, "%s/" ES_BANK_FOLDER, host->boot_dir);
	host->banks_dirfd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (host->banks_dirfd < 0 && errno != ENOENT)
		return es_host_refuse(host, es_reason_from_errno(errno), "%s", path);
	return ES_OK;
}

/* If there is none, the call that needs one reports that. */
static enum es_reason find_boot_dir(struct es_host *host)
{
	const struct es_boot_partition_request request = {
		.asked = host->boot_asked,
		.device_uuid = host->have_boot ? host->boot.handover.device_uuid : "",
		.root = "",
	};
	struct es_boot_partition found;
	enum es_reason r = es_boot_partition_find(&request, &found);

	host->boot_dir[0] = '\0';
	if (r == ES_NO_BOOT_PARTITION || r == ES_OTHER_BOOT_PARTITION) {
		host->boot_reason = r;
		r = ES_OK;
	}
	memcpy(host->boot_note, found.detail, sizeof host->boot_note);
	if (r == ES_OK)
		memcpy(host->boot_dir, found.dir, sizeof host->boot_dir);
	return r;
}

enum es_reason es_host_refresh(struct es_host *host)
{
	enum es_reason r = read_boot_record(host);

	if (r == ES_OK)
		r = find_boot_dir(host);
	return r == ES_OK ? find_banks(host) : r;
}

enum es_reason es_host_open(const struct es_host_request *request, struct es_host **ret)
{
	ES_HOST host = calloc(1, sizeof *host);
	const char *run_dir = request->run_dir != NULL ? request->run_dir : ES_RUN_DIR;
	enum es_reason r;

	if (host == NULL)
		return ES_MEMORY;
	host->banks_dirfd = -1;
	host->lock_fd = -1;
	host->current = -1;
	host->pinned = -1;
	host->boot_asked = request->boot_dir;
	host->tcti = request->tcti;
	host->event_log = request->event_log != NULL ? request->event_log : kernel_event_log;
	host->product_uuid = request->product_uuid != NULL ? request->product_uuid : kernel_product_uuid;
	host->firmware = request->firmware != NULL ? request->firmware : kernel_firmware;
	host->options = request->options != NULL ? request->options : kernel_options;
	host->power = request->power != NULL ? request->power : ES_POWER_DIR;
	host->key_name = request->key_name != NULL ? request->key_name : ES_KEYRING_NAME;
	if (strlen(run_dir) >= sizeof host->run_dir || snprintf(host->efivars, sizeof host->efivars, "%s/efi/efivars",
								host->firmware) >= (int)sizeof host->efivars)
		return ES_ARGUMENT;
	strcpy(host->run_dir, run_dir);
	r = check_run_dir(host);
	if (r == ES_OK)
		r = es_host_refresh(host);
	/* The host is returned even if its state couldn't be read, so that the caller can ask for the detail. */
	*ret = es_take(host);
	return r;
}

void es_host_close(struct es_host *host)
{
	if (host == NULL)
		return;
	es_tpm_close(host->tpm);
	for (unsigned i = 0; i < ES_BANK_COUNT; i++)
		es_bank_free(&host->banks[i]);
	es_fd_closep(&host->banks_dirfd);
	es_host_unlock(host);
	free(host);
}

void es_host_closep(struct es_host **host)
{
	es_host_close(*host);
	*host = NULL;
}
