/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking a bank for its owner: on the host, or anywhere with the recovery key. */
#include "keys/host/banks.h"
#include "keys/host/key.h"
#include "keys/host/state.h"
#include "keys/protector/bank_open.h"

#include <stdio.h>

/* The key, and the bank that it opens: the newest, or the other one if the newest isn't whole or isn't ours. */
static enum es_reason find_key(struct es_host *host, const struct es_extract_request *request, struct es_secret **ret,
			       struct es_code_fault *ret_fault)
{
	struct es_code_fault fault;
	ES_SECRET recovery = NULL;
	ES_INFO unused = NULL;
	int other = 1 - host->current;
	enum es_reason r;

	if (request->recovery_text == NULL)
		return es_host_key(host, ret, &unused);
	r = es_host_banks(host);
	if (r != ES_OK)
		return r;
	if (host->current < 0)
		return es_host_no_bank_reason(host);
	r = es_recovery_text_read(request->recovery_text, request->recovery_len, &recovery, &fault);
	if (r == ES_RECOVERY_FORM && ret_fault != NULL)
		*ret_fault = fault;
	if (r != ES_OK)
		return r;
	r = es_bank_recover(host->banks[host->current].info, recovery, ret);
	if (r != ES_OK && host->banks[other].state == ES_BANK_WHOLE &&
	    es_bank_recover(host->banks[other].info, recovery, ret) == ES_OK) {
		host->current = other;
		r = ES_OK;
	}
	return r;
}

static enum es_reason decrypt_either(struct es_host *host, const struct es_secret *key, struct es_secret **ret_tar)
{
	enum es_reason r = es_bank_decrypt(&host->banks[host->current], key, ret_tar);
	int other = 1 - host->current;

	if (r != ES_TAMPERED_INFO && r != ES_TAMPERED_ARCHIVE)
		return r;
	if (host->banks[other].state != ES_BANK_WHOLE || es_bank_decrypt(&host->banks[other], key, ret_tar) != ES_OK)
		return es_host_refuse(host, r, "bank%d", host->current);
	host->current = other;
	return ES_OK;
}

enum es_reason es_host_extract(struct es_host *host, const struct es_extract_request *request,
			       struct es_unpack_report *ret_report, struct es_code_fault *ret_fault)
{
	ES_SECRET key = NULL;
	ES_SECRET tar = NULL;
	struct es_manifest manifest;
	enum es_reason r;

	host->detail[0] = '\0';
	if (host->boot_dir[0] == '\0')
		return es_host_boot_missing(host);
	r = find_key(host, request, &key, ret_fault);
	if (r == ES_OK)
		r = decrypt_either(host, key, &tar);
	if (r != ES_OK)
		return r;
	r = es_archive_unpack((struct es_span){ es_secret_bytes(tar), es_secret_len(tar) }, request->dirfd, &manifest,
			      ret_report);
	if (r == ES_UNSAFE || r == ES_TOO_LARGE)
		return es_host_refuse(host, r, "%s", ret_report->refused);
	return r;
}
