/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter TCTI. Only the time spent on the TPM counts, including pauses between retries: a user who thinks at a
 * prompt uses up none of it. It does not check what an answer says: that is the session HMAC's job.
 */
#include "keys/tpm/tcti.h"

#include "keys/core/wipe.h"
#include "keys/tpm/tcti_thread.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tss2/tss2_mu.h>
#include <tss2/tss2_tpm2_types.h>

static const uint64_t FILTER_MAGIC = 0x6574637365616c31;

enum { RETRY_IN_A_ROW = 10, PAUSE_FIRST_MS = 5, PAUSE_MAX_MS = 320 };

struct es_tcti {
	TSS2_TCTI_CONTEXT_COMMON_V2 common; /* first: what ESAPI sees */
	struct es_tcti_thread *thread;
	uint64_t left; /* ns */
	unsigned commands, retries_left;
	enum es_frame frame;
	bool sent, answered;
	uint8_t command[ES_TPM_MESSAGE_MAX], response[ES_TPM_MESSAGE_MAX];
	size_t command_len, response_len;
	uint8_t *taken; /* where ESAPI put the last answer */
	size_t taken_len;
};

static struct es_tcti *filter_of(TSS2_TCTI_CONTEXT *tcti)
{
	struct es_tcti *filter = (struct es_tcti *)tcti;

	return filter != NULL && filter->common.v1.magic == FILTER_MAGIC ? filter : NULL;
}

/* Each of these codes says that the command was not started, so the same bytes may be sent again: no session has rolled
 * its nonce. Part 3, 5.2, and Part 2, 6.6.3, "Response codes". */
static bool asks_for_retry(uint32_t code)
{
	static const uint32_t codes[] = { TPM2_RC_RETRY, TPM2_RC_YIELDED, TPM2_RC_TESTING, TPM2_RC_NV_RATE,
					  TPM2_RC_NV_UNAVAILABLE };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (code == codes[i])
			return true;
	return false;
}

static void pause_before_retry(struct es_tcti *filter, unsigned nth)
{
	unsigned ms = nth < 7 ? (unsigned)PAUSE_FIRST_MS << nth : (unsigned)PAUSE_MAX_MS;
	uint64_t ns = (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS) * 1000000ull;
	struct timespec t;

	if (ns > filter->left)
		ns = filter->left;
	t = (struct timespec){ (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
	nanosleep(&t, NULL);
	filter->left -= ns;
}

struct header {
	uint16_t tag;
	uint32_t size, code;
};

static bool header_read(const uint8_t *data, size_t len, struct header *ret)
{
	size_t at = 0;

	return len >= ES_TPM_HEADER_LEN && Tss2_MU_UINT16_Unmarshal(data, len, &at, &ret->tag) == TSS2_RC_SUCCESS &&
	       Tss2_MU_UINT32_Unmarshal(data, len, &at, &ret->size) == TSS2_RC_SUCCESS &&
	       Tss2_MU_UINT32_Unmarshal(data, len, &at, &ret->code) == TSS2_RC_SUCCESS;
}

static enum es_frame frame_check(const struct es_tcti *filter, uint32_t *ret_code)
{
	struct header command, response;

	if (!header_read(filter->command, filter->command_len, &command) ||
	    !header_read(filter->response, filter->response_len, &response) || response.size != filter->response_len)
		return ES_FRAME_MALFORMED;
	if (response.tag == TPM2_ST_RSP_COMMAND)
		return ES_FRAME_TPM_12;
	if (response.tag != TPM2_ST_SESSIONS && response.tag != TPM2_ST_NO_SESSIONS)
		return ES_FRAME_MALFORMED;
	if (response.code == TPM2_RC_SUCCESS && response.tag != command.tag)
		return ES_FRAME_STRIPPED;
	*ret_code = response.code;
	return ES_FRAME_OK;
}

/* Sends the current command as often as the TPM asks for it and the limits allow. */
static TSS2_RC answer(struct es_tcti *filter)
{
	const struct es_span command = { filter->command, filter->command_len };

	for (unsigned nth = 0;; nth++) {
		uint32_t code = 0;
		TSS2_RC rc;

		if (filter->left == 0)
			return TSS2_TCTI_RC_IO_ERROR;
		filter->commands++;
		rc = es_tcti_thread_exchange(filter->thread, command, &filter->left, filter->response,
					     &filter->response_len);
		if (rc != TSS2_RC_SUCCESS)
			return rc;
		filter->frame = frame_check(filter, &code);
		if (filter->frame != ES_FRAME_OK)
			return TSS2_TCTI_RC_MALFORMED_RESPONSE;
		if (!asks_for_retry(code) || nth >= RETRY_IN_A_ROW || filter->retries_left == 0)
			return TSS2_RC_SUCCESS;
		filter->retries_left--;
		pause_before_retry(filter, nth);
	}
}

static TSS2_RC filter_transmit(TSS2_TCTI_CONTEXT *tcti, size_t size, const uint8_t *command)
{
	struct es_tcti *filter = filter_of(tcti);

	if (filter == NULL)
		return TSS2_TCTI_RC_BAD_CONTEXT;
	if (filter->left == 0)
		return TSS2_TCTI_RC_IO_ERROR;
	if (command == NULL || size < ES_TPM_HEADER_LEN || size > sizeof filter->command)
		return TSS2_TCTI_RC_BAD_VALUE;
	memcpy(filter->command, command, size);
	filter->command_len = size;
	filter->sent = true;
	filter->answered = false;
	return TSS2_RC_SUCCESS;
}

/* ESAPI asks twice: without a buffer for the size, then for the bytes. */
static TSS2_RC filter_receive(TSS2_TCTI_CONTEXT *tcti, size_t *size, uint8_t *response, int32_t timeout)
{
	struct es_tcti *filter = filter_of(tcti);
	size_t room;

	(void)timeout;
	if (filter == NULL)
		return TSS2_TCTI_RC_BAD_CONTEXT;
	if (size == NULL)
		return TSS2_TCTI_RC_BAD_REFERENCE;
	if (!filter->sent)
		return TSS2_TCTI_RC_BAD_SEQUENCE;
	if (!filter->answered) {
		TSS2_RC rc = answer(filter);

		if (rc != TSS2_RC_SUCCESS) {
			filter->sent = false;
			return rc;
		}
		filter->answered = true;
	}
	room = *size;
	*size = filter->response_len;
	if (response == NULL)
		return TSS2_RC_SUCCESS;
	if (room < filter->response_len)
		return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
	memcpy(response, filter->response, filter->response_len);
	filter->taken = response;
	filter->taken_len = filter->response_len;
	filter->sent = filter->answered = false;
	return TSS2_RC_SUCCESS;
}

static void filter_finalize(TSS2_TCTI_CONTEXT *tcti)
{
	(void)tcti; /* es_tcti_close does it */
}

static TSS2_RC filter_cancel(TSS2_TCTI_CONTEXT *tcti)
{
	(void)tcti;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

static TSS2_RC filter_poll_handles(TSS2_TCTI_CONTEXT *tcti, TSS2_TCTI_POLL_HANDLE *handles, size_t *count)
{
	(void)tcti, (void)handles, (void)count;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

static TSS2_RC filter_set_locality(TSS2_TCTI_CONTEXT *tcti, uint8_t locality)
{
	(void)tcti, (void)locality;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

static TSS2_RC filter_make_sticky(TSS2_TCTI_CONTEXT *tcti, TPM2_HANDLE *handle, uint8_t sticky)
{
	(void)tcti, (void)handle, (void)sticky;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

TSS2_RC es_tcti_open(const char *tcti, unsigned timeout_ms, struct es_tcti **ret)
{
	struct es_tcti *filter = calloc(1, sizeof *filter);
	TSS2_RC rc;

	if (filter == NULL)
		return TSS2_TCTI_RC_MEMORY;
	filter->common = (TSS2_TCTI_CONTEXT_COMMON_V2){
		.v1 = { .magic = FILTER_MAGIC,
			.version = 2,
			.transmit = filter_transmit,
			.receive = filter_receive,
			.finalize = filter_finalize,
			.cancel = filter_cancel,
			.getPollHandles = filter_poll_handles,
			.setLocality = filter_set_locality },
		.makeSticky = filter_make_sticky,
	};
	filter->left = timeout_ms * 1000000ull;
	filter->retries_left = ES_TPM_RETRIES;
	rc = es_tcti_thread_open(tcti, &filter->left, &filter->thread);
	if (rc != TSS2_RC_SUCCESS) {
		if (filter->left == 0)
			rc = TSS2_TCTI_RC_TRY_AGAIN;
		es_tcti_close(filter);
		return rc;
	}
	*ret = filter;
	return TSS2_RC_SUCCESS;
}

void es_tcti_close(struct es_tcti *filter)
{
	if (filter == NULL)
		return;
	es_tcti_thread_close(filter->thread, filter->left);
	es_wipe(filter, sizeof *filter);
	free(filter);
}

TSS2_TCTI_CONTEXT *es_tcti_context(struct es_tcti *filter)
{
	return (TSS2_TCTI_CONTEXT *)filter;
}

unsigned es_tcti_commands(const struct es_tcti *filter)
{
	return filter->commands;
}

bool es_tcti_timed_out(const struct es_tcti *filter)
{
	return filter->left == 0;
}

enum es_frame es_tcti_frame(const struct es_tcti *filter)
{
	return filter->frame;
}

void es_tcti_scrub(struct es_tcti *filter)
{
	if (filter->taken != NULL)
		es_wipe(filter->taken, filter->taken_len);
	filter->taken = NULL;
}

void es_tcti_flush(struct es_tcti *filter, uint32_t handle)
{
	TSS2_TCTI_CONTEXT *tcti = es_tcti_context(filter);
	uint8_t command[ES_TPM_HEADER_LEN + 4], response[ES_TPM_MESSAGE_MAX];
	size_t at = 0, len = sizeof response;

	if (Tss2_MU_UINT16_Marshal(TPM2_ST_NO_SESSIONS, command, sizeof command, &at) != TSS2_RC_SUCCESS ||
	    Tss2_MU_UINT32_Marshal(sizeof command, command, sizeof command, &at) != TSS2_RC_SUCCESS ||
	    Tss2_MU_UINT32_Marshal(TPM2_CC_FlushContext, command, sizeof command, &at) != TSS2_RC_SUCCESS ||
	    Tss2_MU_UINT32_Marshal(handle, command, sizeof command, &at) != TSS2_RC_SUCCESS)
		return;
	/* Nothing can be done about a flush that fails; the TPM then keeps the handle until its next start. */
	if (filter_transmit(tcti, sizeof command, command) == TSS2_RC_SUCCESS)
		(void)filter_receive(tcti, &len, response, TSS2_TCTI_TIMEOUT_BLOCK);
	filter->taken = NULL; /* a local buffer, gone after this call */
}
