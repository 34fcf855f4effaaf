/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/common.h"

#include "keys/host/firmware.h"
#include "keys/image/firmware_now.h"
#include "keys/next/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char es_kdf_limits[] =
    "  Mode kdf is NOT a seal. It hides the configuration from anyone who gets hold of the archive without this\n"
    "  machine, and does nothing more:\n"
    "    - anyone who can boot this machine, or log in on it as root, can open it: the key's inputs are beside it;\n"
    "    - a changed boot program, kernel or initrd opens it as well;\n"
    "    - nothing notices an old copy that is put back.\n"
    "  With a usable TPM, `etcseal set --mode=tpm` seals it to the way this host boots.\n";
const char es_kdf_unbound[] = "  This machine has no UUID of its own: the disk ALONE opens the configuration.\n";

struct es_host_request es_host_request_of(const struct es_args *args)
{
	return (struct es_host_request){
		.boot_dir = es_arg(args, "boot-dir"),
		.run_dir = es_arg(args, "run-dir"),
		.tcti = es_arg(args, "tcti"),
		.event_log = es_arg(args, "event-log"),
		.product_uuid = es_arg(args, "product-uuid"),
		.firmware = es_arg(args, "firmware"),
		.options = es_arg(args, "kernel-options"),
		.power = es_arg(args, "power"),
		.key_name = es_arg(args, "key-name"),
	};
}

enum es_exit es_open_host(const struct es_args *args, struct es_host **ret)
{
	const struct es_host_request request = es_host_request_of(args);
	ES_HOST host = NULL;
	enum es_reason r = es_host_open(&request, &host);

	if (r != ES_OK) {
		const char *detail = host != NULL ? es_host_detail(host) : "";

		return es_fail(args, r, detail[0] != '\0' || request.boot_dir == NULL ? detail : request.boot_dir);
	}
	if (geteuid() != 0)
		es_warn("not run as root: what only root may read is missing");
	*ret = es_take(host);
	return ES_EXIT_DONE;
}

const struct es_words *es_reason_named(const char *id)
{
	for (int i = 1; i < ES_REASON_COUNT; i++)
		if (strcmp(es_reason_words((enum es_reason)i)->id, id) == 0)
			return es_reason_words((enum es_reason)i);
	return es_reason_words(ES_REASON_COUNT);
}

void es_boot_refusal_words(const struct es_boot_record *boot, char ret[static ES_REFUSAL_TEXT], const char **ret_next)
{
	const char *what = boot->refusal, *next = "";

	for (int i = 1; i < ES_REASON_COUNT; i++) {
		const struct es_words *w = es_reason_words((enum es_reason)i);

		if (strcmp(w->id, boot->refusal) == 0) {
			what = w->what;
			next = w->next;
		}
	}
	snprintf(ret, ES_REFUSAL_TEXT, "%s%s%s", what, boot->refusal_detail[0] != '\0' ? ": " : "",
		 boot->refusal_detail);
	if (ret_next != NULL)
		*ret_next = next;
}

enum es_exit es_fail_host(const struct es_args *args, enum es_reason reason, const struct es_host *host)
{
	const struct es_boot_record *boot = es_host_boot(host);
	char refusal[ES_REFUSAL_TEXT], detail[ES_REFUSAL_TEXT + 32];

	if (reason != ES_NOT_UNLOCKED || boot == NULL || boot->refusal[0] == '\0')
		return es_fail(args, reason, es_host_detail(host));
	es_boot_refusal_words(boot, refusal, NULL);
	snprintf(detail, sizeof detail, "this boot was refused: %s", refusal);
	return es_fail(args, reason, detail);
}

static const struct es_protector *find_protector(const struct es_host *host, enum es_protector_type type)
{
	const struct es_bank *bank = es_host_bank(host);

	return bank != NULL && bank->info != NULL ? es_info_find(bank->info, type) : NULL;
}

const struct es_protector *es_recovery_protector(const struct es_host *host)
{
	return find_protector(host, ES_PROTECTOR_RECOVERY);
}

const struct es_protector *es_kdf_protector(const struct es_host *host)
{
	return find_protector(host, ES_PROTECTOR_KDF);
}

void es_fault_words(const struct es_code_fault *fault, char ret[static ES_FAULT_TEXT])
{
	unsigned g = fault->group;

	switch (fault->fault) {
	case ES_GROUP_NOT_DIGITS:
		snprintf(ret, ES_FAULT_TEXT, "group %u is not six digits", g);
		break;
	case ES_GROUP_MISPLACED:
		snprintf(ret, ES_FAULT_TEXT, "group %u belongs in place %u", g, fault->fits);
		if (fault->fits + 11 <= ES_RECOVERY_GROUPS)
			snprintf(ret, ES_FAULT_TEXT, "group %u belongs in place %u or %u", g, fault->fits,
				 fault->fits + 11);
		break;
	case ES_GROUP_TOO_FEW:
		snprintf(ret, ES_FAULT_TEXT, "it ends before group %u of 16", g);
		break;
	case ES_GROUP_NONE:
		snprintf(ret, ES_FAULT_TEXT, "it has no group of six digits");
		break;
	default:
		snprintf(ret, ES_FAULT_TEXT, "group %u is mistyped", g);
	}
}

void es_size_words(uint64_t bytes, char ret[static ES_SIZE_TEXT])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t tenths = bytes;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(ret, ES_SIZE_TEXT, "%u byte%s", (unsigned)bytes, bytes == 1 ? "" : "s");
		return;
	}
	for (; tenths >= 1024 * 1024; tenths /= 1024)
		unit++;
	snprintf(ret, ES_SIZE_TEXT, "%.1f %s", (double)tenths / 1024, units[unit]);
}

/* Whether the seal is bound to the vendor's signature, or why it isn't although the image has one. */
static void tell_vendor(const struct es_args *args, const struct es_host *host, const struct es_info *info)
{
	if (es_host_vendor_note(host)[0] != '\0')
		es_warn(
		    "the seal isn't bound to the signature of the image's vendor, so the next image won't open it: %s",
		    es_host_vendor_note(host));
	for (unsigned i = 0; i < info->protector_count; i++)
		if (info->protectors[i]->type == ES_PROTECTOR_TPM && info->protectors[i]->tpm.is_signed)
			es_line(args, "  With Secure Boot on, every image that this image's vendor signed opens it.");
}

/* The options that firmware gives the system: the seal is to these too. */
static void tell_firmware(const struct es_host *host)
{
	ES_FIRMWARE_NOW now = { .count = 0 };
	const struct es_boot_record *boot = es_host_boot(host);
	char words[120];

	/* A stub that doesn't look for them doesn't measure them either. */
	if (boot == NULL || !boot->stub || boot->handover.firmware_options == ES_FIRMWARE_NOT_MEASURED ||
	    es_host_firmware(host, &now) != ES_OK)
		return;
	for (unsigned i = 0; i < now.count; i++) {
		es_firmware_words(&now, i, words, sizeof words);
		es_warn("the seal is to a boot with %s; if you didn't set that, remove it and seal again", words);
	}
}

static void tell_log(struct es_host *host)
{
	enum es_reason r = es_host_log(host);

	if (r != ES_OK)
		es_warn(
		    "the seal is to the TPM's PCR values, with no log to confirm them: %s (%s). What the next image "
		    "will measure can't be predicted, and a refusal will name only the PCR. %s",
		    es_reason_words(r)->what, es_host_detail(host), es_reason_words(r)->next);
}

/* Where the next boot's kernel could resume a hibernated system, the helper won't open automatically, in mode kdf
 * either. */
static void tell_hibernation(struct es_host *host, const struct es_predict_request *next)
{
	enum es_reason r = es_host_check_resume(host, next);

	if (r != ES_OK)
		es_warn("the next boot will still ask for the recovery key: %s (%s). %s", es_reason_words(r)->what,
			es_host_detail(host), es_reason_words(r)->next);
}

void es_report_seal(const struct es_args *args, struct es_host *host, const struct es_predict_request *next,
		    bool this_boot)
{
	const struct es_info *info = es_host_bank(host) != NULL ? es_host_bank(host)->info : NULL;

	if (info != NULL && info->mode == ES_MODE_TPM) {
		if (this_boot)
			tell_vendor(args, host, info);
		tell_firmware(host);
		if (this_boot)
			tell_log(host);
	}
	tell_hibernation(host, next);
}

/* Appends " /etc/a, /etc/b" after n characters, with dots where names are left out. */
static void add_names(char ret[static ES_LEFT_OUT_TEXT], int n, uint64_t count,
		      const char names[static ES_SKIPPED_NAMED][ES_PATH_TEXT])
{
	for (uint64_t i = 0; i < count && i < ES_SKIPPED_NAMED; i++) {
		/* 8: room for the dots. */
		if ((size_t)n + strlen(names[i]) + 8 > ES_LEFT_OUT_TEXT)
			break;
		n += snprintf(ret + n, ES_LEFT_OUT_TEXT - (size_t)n, "%s %s", i > 0 ? "," : "", names[i]);
		if (i + 1 == count)
			return;
	}
	snprintf(ret + n, ES_LEFT_OUT_TEXT - (size_t)n, ", ...");
}

bool es_left_out_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT])
{
	int n = snprintf(ret, ES_LEFT_OUT_TEXT,
			 "%" PRIu64 " left out (socket, device or fifo, or file over %u MiB):", report->skipped,
			 (unsigned)(ES_FILE_MAX >> 20));

	add_names(ret, n, report->skipped, report->skipped_name);
	return report->skipped > 0;
}

bool es_stripped_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT])
{
	int n =
	    snprintf(ret, ES_LEFT_OUT_TEXT,
		     "%" PRIu64 " saved without some privileges (setuid, setgid, capabilities, or an attribute or file "
		     "flag that no archive carries), which are lost at the next boot:",
		     report->stripped);

	add_names(ret, n, report->stripped, report->stripped_name);
	return report->stripped > 0;
}

bool es_linked_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT])
{
	int n = snprintf(ret, ES_LEFT_OUT_TEXT,
			 "%" PRIu64 " hard links, which become separate files at the next boot:", report->linked);

	add_names(ret, n, report->linked, report->linked_name);
	return report->linked > 0;
}
