/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A man in the middle between the code under test and its swtpm: sees every command and answer, and may change either,
 * answer itself, hang, or hang up.
 */
#ifndef ES_TESTLIB_TPM_PROXY_H
#define ES_TESTLIB_TPM_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct es_proxy;

struct es_proxy_message {
	uint32_t code; /* TPM2_CC_… */
	unsigned nth;  /* of all commands, from 0 */
	uint8_t command[4096], response[4096];
	size_t command_len, response_len;
	/* set by `before`: */
	bool answered; /* response[] is the answer, and the TPM doesn't see the command */
	bool hang;     /* never answer */
	bool hang_up;  /* close the connection instead */
};

/* before: the command is there; after: so is the answer. Either may be NULL. They run in the proxy's own thread. */
typedef void es_proxy_fn(void *arg, struct es_proxy_message *m);

struct es_proxy *es_proxy_start(uint16_t upstream, es_proxy_fn *before, es_proxy_fn *after, void *arg);
void es_proxy_stop(struct es_proxy *p); /* p may be NULL */
void es_proxy_stopp(struct es_proxy **p);
const char *es_proxy_tcti(const struct es_proxy *p);
unsigned es_proxy_commands(const struct es_proxy *p); /* seen so far */

/* Fills in an answer that consists only of a code (0: success without parameters). */
void es_proxy_answer(struct es_proxy_message *m, uint32_t code);

/* For `before`: answers `times` commands with this code (0: any) with rc, and lets everything else pass. */
struct es_proxy_refusal {
	uint32_t code, rc;
	unsigned times, done;
};
es_proxy_fn es_proxy_refuse;

/* For `before`: PCR_Event never reaches the TPM, and its success is forged: complete, or, in a session, except for the
 * HMAC. */
es_proxy_fn es_proxy_swallow_event;

#endif
