/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A software TPM for one test: in a temporary folder, on free ports of the loopback, ended by its pid, and by the
 * kernel if the test dies first. A failure ends the test program: a test that can't have its TPM has failed.
 */
#ifndef ES_TESTLIB_SWTPM_H
#define ES_TESTLIB_SWTPM_H

#include <stdint.h>
#include <sys/types.h>

struct es_swtpm;

/* A fresh TPM 2.0 with swtpm's default banks (SHA-256 among them). */
struct es_swtpm *es_swtpm_start(void);
struct es_swtpm *es_swtpm_start_banks(const char *banks); /* "sha1", "sha1,sha256": only these are active */
struct es_swtpm *es_swtpm_start_12(void);                 /* a TPM 1.2 */
void es_swtpm_stop(struct es_swtpm *s);                   /* and removes its folder; s may be NULL */
void es_swtpm_stopp(struct es_swtpm **s);

/* "swtpm:host=127.0.0.1,port=N": for es_tpm_open, and for tpm2-tools' TPM2TOOLS_TCTI. A power cycle or replacement
 * changes it. */
const char *es_swtpm_tcti(const struct es_swtpm *s);
uint16_t es_swtpm_port(const struct es_swtpm *s); /* of the command channel; control is the next one */

/* Like a power cut and a new start: PCRs and everything loaded are lost, NV stays. */
void es_swtpm_power_cycle(struct es_swtpm *s);
/* The same for the TPM, but its ports stay. */
void es_swtpm_reset(struct es_swtpm *s);
void es_swtpm_clear(struct es_swtpm *s);   /* tpm2_clear with the lockout hierarchy's empty password */
void es_swtpm_replace(struct es_swtpm *s); /* by a different, fresh one */

/* Runs `tpm2_<tool> …` (a shell line, so it may pipe) with this TPM, in its folder; returns the exit status. ret_out
 * gets the output, NUL-terminated, truncated at cap; NULL and 0: not wanted. */
int es_swtpm_tool(const struct es_swtpm *s, const char *line, char *ret_out, size_t cap);
/* The same, but the test fails if the tool does. */
void es_swtpm_tool_ok(const struct es_swtpm *s, const char *line, char *ret_out, size_t cap);
const char *es_swtpm_folder(const struct es_swtpm *s); /* absolute; tests may put files there */

#endif
