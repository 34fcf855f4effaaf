/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running host, as the administrator's command sees it. Changes to it are in keys/change: each change ends in the
 * commit of a new generation (commit.h), and on any failure one bank stays as it was.
 */
#ifndef ES_HOST_H
#define ES_HOST_H

#include "keys/archive/archive.h"
#include "keys/core/recovery_code.h"
#include "keys/image/secure_boot.h"
#include "keys/store/bank.h"
#include "keys/store/boot_record.h"
#include "keys/tpm/context.h"

struct es_host;

struct es_host_request {
	const char *boot_dir;     /* where the boot partition is mounted; NULL: found (/efi, /boot/efi, /boot) */
	const char *run_dir;      /* NULL: ES_RUN_DIR */
	const char *tcti;         /* NULL: the kernel's TPM */
	const char *event_log;    /* path; NULL: the kernel's */
	const char *product_uuid; /* path; NULL: the kernel's */
	const char *firmware;     /* folder with efi/efivars and dmi/tables; NULL: the kernel's */
	const char *options;      /* path of the kernel's own options; NULL: /proc/cmdline */
	const char *power;        /* folder that shows whether the kernel can hibernate; NULL: ES_POWER_DIR */
	const char *key_name;     /* of the config key in the keyring; NULL: the one that the boot helper leaves */
};

/* Finds the folders. The call that needs a boot partition or boot record reports that it is missing; the first call
 * that needs the banks reads them. */
ES_MUST_CHECK enum es_reason es_host_open(const struct es_host_request *request, struct es_host **ret);
void es_host_close(struct es_host *host);
void es_host_closep(struct es_host **host);
#define ES_HOST ES_SCOPED(es_host_closep) struct es_host *

/* A sentence on the last refusal that adds to its reason: which file, which PCR, what the TPM said. Never NULL. */
const char *es_host_detail(const struct es_host *host);

/* After init, set mode and a requirement: why the seal isn't under the image vendor's signature, though the image
 * carries a vendor's key. "" if it is, or if the image has no such key. */
const char *es_host_vendor_note(const struct es_host *host);

/* NULL if this system wasn't started through the boot helper. */
const struct es_boot_record *es_host_boot(const struct es_host *host);
/* The bank that the host uses, as the last call read it; NULL: not configured, or nothing has read the banks yet
 * (es_host_verify). */
const struct es_bank *es_host_bank(const struct es_host *host);
/* The bank of that number, for status. */
const struct es_bank *es_host_bank_number(const struct es_host *host, unsigned number);
const char *es_host_boot_dir(const struct es_host *host); /* NULL: none found */
/* Why no boot partition was found; or which device shows the image's partition. */
const char *es_host_boot_note(const struct es_host *host);
/* This boot found no configuration, and none was made since. A boot partition that went away doesn't count as that. */
bool es_host_awaits_init(const struct es_host *host);
/* ES_OK, or why the host can't seal to its TPM now (asks the TPM, once). */
ES_MUST_CHECK enum es_reason es_host_tpm_usable(struct es_host *host);
/* Before set mode: the owner confirms that they cleared or replaced the TPM, though another one opened this boot. */
void es_host_allow_new_tpm(struct es_host *host);
/* Before set mode: Secure Boot is no longer required, unless another requirement rests on it. */
void es_host_allow_no_secure_boot(struct es_host *host);
/* After set mode: the seal is to a different TPM than before, or to one that was cleared. */
bool es_host_new_tpm(const struct es_host *host);
/* Whether Secure Boot vouched for the running image. */
void es_host_secure_boot(struct es_host *host, struct es_secure_boot *ret);
/* ES_OK: the firmware's event log leads to the values that the TPM had. ES_LOG_…: the log is missing, is unusable, or
 * leads elsewhere, and es_host_detail says where. Then the next boot's measurements can't be predicted, and a refusal
 * can't be explained. */
ES_MUST_CHECK enum es_reason es_host_log(struct es_host *host);
/* The options that the kernel was started with, without a line end. */
ES_MUST_CHECK enum es_reason es_host_options(const struct es_host *host, struct es_buf *ret);
/* The counter in the TPM that the host is sealed to; ES_COUNTER_MISSING, ES_TPM_… */
ES_MUST_CHECK enum es_reason es_host_counter(struct es_host *host, uint64_t *ret);

/* ES_OK: the MAC of es_host_bank()'s encryption.info holds under the running host's key; if the newest bank isn't ours
 * and the other one is, es_host_bank() is that one from now on. ES_NOT_UNLOCKED: there is no key here to check with, so
 * anybody may have written what es_host_bank() says. ES_NOT_CONFIGURED, ES_BANKS_DAMAGED, ES_NO_BOOT_PARTITION,
 * ES_TAMPERED_INFO: there is no bank, or none of ours. */
ES_MUST_CHECK enum es_reason es_host_verify(struct es_host *host);

/* Decrypts the newest bank's archive and unpacks it beneath dirfd (an empty folder), with the running host's key. If
 * recovery_text isn't NULL, it uses that recovery key, on any host. *ret_fault may be NULL. */
struct es_extract_request {
	const char *recovery_text;
	size_t recovery_len;
	int dirfd;
};
ES_MUST_CHECK enum es_reason es_host_extract(struct es_host *host, const struct es_extract_request *request,
					     struct es_unpack_report *ret_report, struct es_code_fault *ret_fault);

/* The recovery key, decrypted from its escrow. */
ES_MUST_CHECK enum es_reason es_host_recovery_key(struct es_host *host, struct es_secret **ret_recovery);

#endif
