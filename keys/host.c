/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host.h"

#include "keys/boot_partition.h"
#include "keys/core/labels.h"
#include "keys/core/subject.h"
#include "keys/hibernation.h"
#include "keys/host_state.h"
#include "keys/keyring_named.h"
#include "keys/store/file.h"
#include "keys/tpm/counter.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char kernel_event_log[] = "/sys/kernel/security/tpm0/binary_bios_measurements";
static const char kernel_product_uuid[] = "/sys/class/dmi/id/product_uuid";
static const char kernel_firmware[] = "/sys/firmware";
static const char kernel_options[] = "/proc/cmdline";

enum { BOOT_RECORD_MAX = 64 << 10, OPTIONS_MAX = 64 << 10 };

enum es_reason es_host_refuse(struct es_host *host, enum es_reason reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(host->detail, sizeof host->detail, format, args);
	va_end(args);
	return reason;
}

enum es_reason es_host_refuse_tree(struct es_host *host, enum es_reason reason, const char *path,
				   const struct es_pack_report *report)
{
	char most[200];

	if (reason != ES_TOO_LARGE)
		return es_host_refuse(host, reason, "%s%s", path, report->refused);
	if (report->too_deep)
		return es_host_refuse(host, reason, "what is in %.200s lies too deep, or has too long a path",
				      report->refused);
	/* Where it was full says only what comes late in the alphabet; most of it may be elsewhere. */
	if (report->heavy[0] != '\0')
		snprintf(most, sizeof most, "most of it is in %.120s: %" PRIu64 " files, %" PRIu64 " MiB",
			 report->heavy, report->heavy_files, report->heavy_bytes >> 20);
	else
		snprintf(most, sizeof most, "it was full at %.140s",
			 report->refused[0] != '\0' ? report->refused : path);
	return es_host_refuse(host, reason, "the covered paths hold more than %d files, %d MiB, or %d MiB packed; %s",
			      ES_ENTRIES_MAX, (int)(ES_UNPACKED_MAX >> 20), (int)(ES_ARCHIVE_MAX >> 20), most);
}

enum es_reason es_host_refuse_path(struct es_host *host, const struct es_path_fault *fault)
{
	char what[ES_PATH_WORDS], next[ES_PATH_WORDS];

	es_path_words(fault, what, next);
	return es_host_refuse(host, ES_UNSAFE_PATH, "%s", what);
}

/* What stands there is believed, and written to by name. */
static enum es_reason check_run_dir(struct es_host *host)
{
	struct es_path_fault fault;
	ES_FD fd = -1;

	if (es_path_open(host->run_dir, O_PATH | O_DIRECTORY, &fd, &fault) == ES_UNSAFE_PATH)
		return es_host_refuse_path(host, &fault);
	return ES_OK; /* that it isn't there is said by what needs it */
}

static enum es_reason read_boot_record(struct es_host *host)
{
	ES_BUF json = { NULL, 0 };
	char path[ES_PATH_TEXT + 16];
	enum es_reason r;

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

enum es_reason es_host_cover(struct es_host *host, unsigned path_count, const char (*paths)[ES_PATH_TEXT])
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

enum es_reason es_host_reload(struct es_host *host)
{
	enum es_reason r;

	host->current = -1;
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		es_bank_free(&host->banks[i]);
		if (host->banks_dirfd < 0)
			continue;
		r = es_bank_read(host->banks_dirfd, i, &host->banks[i]);
		if (r != ES_OK)
			return es_host_refuse(host, r, "%s/" ES_BANK_FOLDER "/bank%u", host->boot_dir, i);
	}
	host->pinned = -1;
	es_host_stand(host);
	return ES_OK;
}

/* The folder of the banks, if it is there: making it is init's. */
static enum es_reason open_banks(struct es_host *host)
{
	char path[ES_PATH_TEXT + sizeof ES_BANK_FOLDER + 1];

	if (host->boot_dir[0] == '\0')
		return ES_OK;
	snprintf(path, sizeof path, "%s/" ES_BANK_FOLDER, host->boot_dir);
	host->banks_dirfd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (host->banks_dirfd < 0 && errno != ENOENT)
		return es_host_refuse(host, es_reason_from_errno(errno), "%s", path);
	return es_host_reload(host);
}

/* That there is none is said by the call that needs one. */
static enum es_reason find_boot_dir(struct es_host *host, const char *asked)
{
	const struct es_boot_partition_request request = {
		.asked = asked,
		.device_uuid = host->have_boot ? host->boot.handover.device_uuid : "",
		.root = "",
	};
	struct es_boot_partition found;
	enum es_reason r = es_boot_partition_find(&request, &found);

	if (r == ES_NO_BOOT_PARTITION || r == ES_OTHER_BOOT_PARTITION) {
		host->boot_reason = r;
		r = ES_OK;
	}
	memcpy(host->boot_note, found.detail, sizeof host->boot_note);
	if (r == ES_OK)
		memcpy(host->boot_dir, found.dir, sizeof host->boot_dir);
	return r;
}

enum es_reason es_host_boot_missing(struct es_host *host)
{
	return es_host_refuse(host, host->boot_reason, "%s", host->boot_note);
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
		r = read_boot_record(host);
	if (r == ES_OK)
		r = find_boot_dir(host, request->boot_dir);
	if (r == ES_OK)
		r = open_banks(host);
	/* The host is handed out also where its state couldn't be read, so that the caller can ask for the detail. */
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
	if (host->banks_dirfd >= 0)
		close(host->banks_dirfd);
	es_host_unlock(host);
	free(host);
}

void es_host_closep(struct es_host **host)
{
	es_host_close(*host);
	*host = NULL;
}

const char *es_host_detail(const struct es_host *host)
{
	return host->detail;
}

const struct es_boot_record *es_host_boot(const struct es_host *host)
{
	return host->have_boot ? &host->boot : NULL;
}

const struct es_bank *es_host_bank(const struct es_host *host)
{
	return host->current >= 0 ? &host->banks[host->current] : NULL;
}

const struct es_bank *es_host_bank_number(const struct es_host *host, unsigned number)
{
	return &host->banks[number % ES_BANK_COUNT];
}

const char *es_host_boot_dir(const struct es_host *host)
{
	return host->boot_dir[0] != '\0' ? host->boot_dir : NULL;
}

const char *es_host_boot_note(const struct es_host *host)
{
	return host->boot_note;
}

enum es_reason es_host_event_log(struct es_host *host, struct es_buf *ret)
{
	enum es_reason r = es_file_read(AT_FDCWD, host->event_log, ES_LOG_MAX, ret);

	if (r != ES_OK)
		return es_host_refuse(host, es_reason_of(ES_OF_LOG, r), "%s", host->event_log);
	return ES_OK;
}

enum es_reason es_host_options(const struct es_host *host, struct es_buf *ret)
{
	enum es_reason r = es_file_read(AT_FDCWD, host->options, OPTIONS_MAX, ret);

	while (r == ES_OK && ret->len > 0 && ret->data[ret->len - 1] == '\n')
		ret->len--;
	return r;
}

void es_host_product_uuid(const struct es_host *host, char ret[static ES_UUID_TEXT])
{
	ES_BUF file = { NULL, 0 };
	size_t n = 0;

	ret[0] = '\0';
	if (es_file_read(AT_FDCWD, host->product_uuid, 4096, &file) != ES_OK)
		return;
	while (n < file.len && n < ES_UUID_TEXT - 1 && !isspace(file.data[n])) {
		ret[n] = (char)tolower(file.data[n]);
		n++;
	}
	ret[n] = '\0';
}

enum es_reason es_host_bankless(const struct es_host *host)
{
	return !es_bank_holds(&host->banks[0]) && !es_bank_holds(&host->banks[1]) ? ES_NOT_CONFIGURED
										  : ES_BANKS_DAMAGED;
}
