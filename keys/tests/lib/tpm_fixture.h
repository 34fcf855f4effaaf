/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A swtpm with measured PCRs, an SRK, a counter and a sealed secret, like a sealed host's TPM. cmocka setup and
 * teardown; *state becomes the fixture. The teardown fails if anything was left loaded in the TPM.
 */
#ifndef ES_TESTLIB_TPM_FIXTURE_H
#define ES_TESTLIB_TPM_FIXTURE_H

#include "keys/core/pcr.h"
#include "keys/core/secret.h"
#include "keys/tests/lib/swtpm.h"
#include "keys/tpm/object.h"

enum { FIXTURE_PCRS = ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12) };

struct tpm_fixture {
	struct es_swtpm *swtpm;
	struct es_tpm *tpm; /* open, the SRK not pinned */
	struct es_buf srk, public_part, private_part;
	struct es_secret *secret;
	struct es_pcr_values values; /* all 24 */
	uint64_t counter;
};

int tpm_fixture_make(void **state);
int tpm_fixture_remove(void **state);

/* Opens a new connection over this TCTI (NULL: directly to the swtpm), with the SRK pinned or not. */
void tpm_fixture_reopen(struct tpm_fixture *f, const char *tcti, bool pin);
/* Measures into 4, 7, 11 and 12 as firmware and a stub would; always the same. */
void tpm_fixture_measure(const struct es_swtpm *s);
enum es_reason tpm_fixture_unseal(struct tpm_fixture *f, struct es_secret **ret);
/* Seals the fixture's secret to the current PCRs. */
enum es_reason tpm_fixture_seal(struct tpm_fixture *f, struct es_buf *ret_public, struct es_buf *ret_private);
/* Closes the connection; the test fails if the TPM has objects or sessions loaded. */
void tpm_fixture_assert_nothing_left(struct tpm_fixture *f);

#endif
