/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A software TPM of the test's own: in a temporary folder, on free ports of the loopback, ended by its pid, and by the
 * kernel if the test dies first. What fails here ends the test program: a test that can't have its TPM has failed.
 */
#ifndef ES_TESTLIB_SWTPM_H
#define ES_TESTLIB_SWTPM_H

#include <stdint.h>
#include <sys/types.h>

struct es_swtpm;

/* A TPM 2.0, fresh, with the banks that swtpm has by default (SHA-256 among them). */
struct es_swtpm *es_swtpm_start(void);
struct es_swtpm *es_swtpm_start_banks(const char *banks); /* "sha1", "sha1,sha256": only these are active */
struct es_swtpm *es_swtpm_start_12(void);                 /* a TPM 1.2 */
void es_swtpm_stop(struct es_swtpm *s);                   /* and removes its folder; NULL is fine */
void es_swtpm_stopp(struct es_swtpm **s);

/* "swtpm:host=127.0.0.1,port=N": for es_tpm_open, and for tpm2-tools' TPM2TOOLS_TCTI. Changed by a power cycle and a
 * replacement. */
const char *es_swtpm_tcti(const struct es_swtpm *s);
uint16_t es_swtpm_port(const struct es_swtpm *s); /* commands; control is the next one */

/* As a power cut and a new start: PCRs and everything loaded are gone, NV stays. */
void es_swtpm_power_cycle(struct es_swtpm *s);
/* The same to the TPM, and its ports stay. */
void es_swtpm_reset(struct es_swtpm *s);
void es_swtpm_clear(struct es_swtpm *s);   /* tpm2_clear with lockout's empty password */
void es_swtpm_replace(struct es_swtpm *s); /* by another, fresh one */

/* Runs `tpm2_<tool> …` (a shell line, so that it may pipe) against it, in its folder; the exit status. What it printed goes
 * to ret_out, NUL-terminated, cut at cap; NULL and 0: not wanted. */
int es_swtpm_tool(const struct es_swtpm *s, const char *line, char *ret_out, size_t cap);
/* The same, and the test fails if the tool did. */
void es_swtpm_tool_ok(const struct es_swtpm *s, const char *line, char *ret_out, size_t cap);
const char *es_swtpm_folder(const struct es_swtpm *s); /* absolute; room for a test's files */

#endif
