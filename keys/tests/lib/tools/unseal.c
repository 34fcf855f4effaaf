/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attacker's program, for guests: `unseal FOLDER` takes the owner's bank0 from that folder and does what the boot
 * helper does with the TPM to get the config key, with the helper's own library. Prints one line to standard output:
 * "key", or the reason of the refusal. Exits with 0 if it got the key.
 */
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"
#include "keys/store/bank.h"
#include "keys/store/file.h"
#include "keys/tpm/object.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static enum es_reason unseal(const struct es_info *info, struct es_tpm *tpm, struct es_secret **ret)
{
	const struct es_protector *p = es_info_find((struct es_info *)info, ES_PROTECTOR_TPM);
	struct es_tpm_unseal_request request;
	ES_SECRET sealed = NULL;
	enum es_reason r;

	if (p == NULL)
		return ES_LOCKED_NO_PROTECTOR;
	request = (struct es_tpm_unseal_request){ .public_part = es_buf_span(&p->tpm.public_part),
						  .private_part = es_buf_span(&p->tpm.private_part),
						  .pcrs = p->tpm.pcrs };
	r = es_tpm_srk_pin(tpm, es_buf_span(&p->tpm.srk));
	if (r == ES_OK)
		r = es_tpm_unseal(tpm, &request, &sealed);
	return r == ES_OK ? es_protector_unwrap(p, sealed, ret) : r;
}

/* Prints which PCRs differ, for readers of the log. */
static void tell_pcrs(const struct es_info *info, struct es_tpm *tpm)
{
	const struct es_protector *p = es_info_find((struct es_info *)info, ES_PROTECTOR_TPM);
	struct es_pcr_values now = { 0 };
	es_pcr_mask differ;

	if (p == NULL || es_tpm_pcr_read(tpm, p->tpm.pcrs, &now) != ES_OK)
		return;
	differ = es_pcr_differ(&p->tpm.expected, &now, p->tpm.pcrs);
	for (unsigned i = 0; i < ES_PCR_COUNT; i++)
		if ((differ & ES_PCR_BIT(i)) != 0)
			printf(" PCR%u", i);
}

int main(int argc, char **argv)
{
	ES_FD dir = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	ES_SECRET key = NULL;
	ES_TPM tpm = NULL;
	enum es_reason r;

	if (dir < 0 || es_bank_read(dir, 0, &bank) != ES_OK || bank.state != ES_BANK_WHOLE) {
		puts("no bank");
		return 2;
	}
	r = es_tpm_open(NULL, ES_TPM_TIMEOUT_MS, &tpm);
	if (r == ES_OK)
		r = unseal(bank.info, tpm, &key);
	printf("%s", r == ES_OK ? "key" : es_reason_words(r)->id);
	if (r != ES_OK && tpm != NULL)
		tell_pcrs(bank.info, tpm);
	putchar('\n');
	return r == ES_OK ? 0 : 1;
}
