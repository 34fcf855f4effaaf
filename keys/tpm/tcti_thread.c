/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread per connection does everything that can block: load the TCTI, transmit, receive, finalise. The caller
 * waits on a condition with a deadline. The buffers belong to struct es_tcti_thread, since the thread may still write
 * to them after its caller has gone. Whichever leaves last frees it: the caller, or the thread if it was abandoned.
 */
#include "keys/tpm/tcti_thread.h"

#include "keys/core/clock.h"
#include "keys/core/wipe.h"
#include "keys/tpm/device.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tss2/tss2_tctildr.h>

enum job { JOB_NONE, JOB_OPEN, JOB_EXCHANGE, JOB_QUIT };

struct es_tcti_thread {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* on CLOCK_MONOTONIC */
	enum job job;           /* the thread's current job */
	bool abandoned;         /* nothing waits any more */
	bool ended;             /* the thread has done its last job */
	bool lost;              /* used by the caller only: the thread didn't return in time */
	pthread_t tid;
	TSS2_RC rc; /* of the last job */

	char *name;
	int fd;                  /* the device, or -1 */
	TSS2_TCTI_CONTEXT *tcti; /* for anything else */
	uint8_t command[ES_TPM_MESSAGE_MAX], response[ES_TPM_MESSAGE_MAX];
	size_t command_len, response_len;
};

static void thread_free(struct es_tcti_thread *thread)
{
	pthread_cond_destroy(&thread->changed);
	pthread_mutex_destroy(&thread->lock);
	free(thread->name);
	es_wipe(thread->command, sizeof thread->command);
	es_wipe(thread->response, sizeof thread->response);
	free(thread);
}

static TSS2_RC exchange(struct es_tcti_thread *thread)
{
	const struct es_span command = { thread->command, thread->command_len };
	TSS2_RC rc;

	if (thread->fd >= 0)
		return es_device_exchange(thread->fd, command, thread->response, sizeof thread->response,
					  &thread->response_len);
	rc = Tss2_Tcti_Transmit(thread->tcti, thread->command_len, thread->command);
	if (rc != TSS2_RC_SUCCESS)
		return rc;
	thread->response_len = sizeof thread->response;
	rc = Tss2_Tcti_Receive(thread->tcti, &thread->response_len, thread->response, TSS2_TCTI_TIMEOUT_BLOCK);
	if (rc == TSS2_RC_SUCCESS && thread->response_len > sizeof thread->response)
		rc = TSS2_TCTI_RC_MALFORMED_RESPONSE;
	return rc;
}

static TSS2_RC connect_tpm(struct es_tcti_thread *thread)
{
	static const char device[] = "device:";

	if (strncmp(thread->name, device, sizeof device - 1) == 0)
		return es_device_open(thread->name + sizeof device - 1, &thread->fd);
	return Tss2_TctiLdr_Initialize(thread->name, &thread->tcti);
}

static void disconnect_tpm(struct es_tcti_thread *thread)
{
	if (thread->fd >= 0)
		close(thread->fd);
	thread->fd = -1;
	Tss2_TctiLdr_Finalize(&thread->tcti);
}

/* Runs without the lock: while a job is running, the caller touches nothing but `abandoned`. */
static TSS2_RC work(struct es_tcti_thread *thread, enum job job)
{
	switch (job) {
	case JOB_OPEN:
		return connect_tpm(thread);
	case JOB_EXCHANGE:
		return exchange(thread);
	default:
		disconnect_tpm(thread);
		return TSS2_RC_SUCCESS;
	}
}

static void *worker(void *arg)
{
	struct es_tcti_thread *thread = arg;
	bool abandoned;

	pthread_mutex_lock(&thread->lock);
	while (!thread->ended) {
		enum job job;
		TSS2_RC rc;

		while (thread->job == JOB_NONE && !thread->abandoned)
			pthread_cond_wait(&thread->changed, &thread->lock);
		job = thread->abandoned ? JOB_QUIT : thread->job;
		pthread_mutex_unlock(&thread->lock);
		rc = work(thread, job);
		pthread_mutex_lock(&thread->lock);
		thread->rc = rc;
		thread->job = JOB_NONE;
		thread->ended = job == JOB_QUIT;
		pthread_cond_broadcast(&thread->changed);
	}
	abandoned = thread->abandoned;
	pthread_mutex_unlock(&thread->lock);
	if (abandoned)
		thread_free(thread);
	return NULL;
}

/* Gives the thread a job, and waits until it is done or the time is over. */
static TSS2_RC run(struct es_tcti_thread *thread, enum job job, uint64_t *left)
{
	uint64_t start = es_monotonic_ns(), used;
	uint64_t until = *left > UINT64_MAX / 2 ? UINT64_MAX / 2 : start + *left;
	const struct timespec deadline = { (time_t)(until / 1000000000u), (long)(until % 1000000000u) };
	TSS2_RC rc = TSS2_TCTI_RC_IO_ERROR;
	bool done;

	pthread_mutex_lock(&thread->lock);
	if (thread->job != JOB_NONE || *left == 0) {
		pthread_mutex_unlock(&thread->lock);
		return rc;
	}
	thread->job = job;
	pthread_cond_broadcast(&thread->changed);
	while (thread->job != JOB_NONE)
		if (pthread_cond_timedwait(&thread->changed, &thread->lock, &deadline) == ETIMEDOUT)
			break;
	done = thread->job == JOB_NONE;
	if (done)
		rc = thread->rc;
	pthread_mutex_unlock(&thread->lock);
	used = es_monotonic_ns() - start;
	thread->lost = !done;
	*left = !done || used >= *left ? 0 : *left - used;
	return rc;
}

static bool start(struct es_tcti_thread *thread)
{
	sigset_t all, before;
	int e;

	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	e = pthread_create(&thread->tid, NULL, worker, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e == 0;
}

TSS2_RC es_tcti_thread_open(const char *tcti, uint64_t *left, struct es_tcti_thread **ret)
{
	struct es_tcti_thread *thread = calloc(1, sizeof *thread);
	pthread_condattr_t attr;
	TSS2_RC rc;

	if (thread == NULL)
		return TSS2_TCTI_RC_MEMORY;
	thread->fd = -1;
	pthread_mutex_init(&thread->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->changed, &attr);
	pthread_condattr_destroy(&attr);
	thread->name = strdup(tcti);
	if (thread->name == NULL || !start(thread)) {
		thread_free(thread);
		return TSS2_TCTI_RC_MEMORY;
	}
	rc = run(thread, JOB_OPEN, left);
	if (rc != TSS2_RC_SUCCESS) {
		es_tcti_thread_close(thread, *left);
		return rc;
	}
	*ret = thread;
	return TSS2_RC_SUCCESS;
}

TSS2_RC es_tcti_thread_exchange(struct es_tcti_thread *thread, struct es_span command, uint64_t *left,
				uint8_t response[static ES_TPM_MESSAGE_MAX], size_t *ret_len)
{
	TSS2_RC rc;

	if (*left == 0 || thread->lost)
		return TSS2_TCTI_RC_IO_ERROR;
	if (command.len > sizeof thread->command)
		return TSS2_TCTI_RC_BAD_VALUE;
	memcpy(thread->command, command.data, command.len);
	thread->command_len = command.len;
	rc = run(thread, JOB_EXCHANGE, left);
	if (rc != TSS2_RC_SUCCESS)
		return rc;
	memcpy(response, thread->response, thread->response_len);
	*ret_len = thread->response_len;
	return TSS2_RC_SUCCESS;
}

void es_tcti_thread_close(struct es_tcti_thread *thread, uint64_t left)
{
	pthread_t tid;
	TSS2_RC rc;
	bool ended;

	if (thread == NULL)
		return;
	/* This must be waited for, too: closing /dev/tpmrm0 can block while the kernel flushes what the connection left
	 * loaded. */
	rc = run(thread, JOB_QUIT, &left);
	(void)rc;
	pthread_mutex_lock(&thread->lock);
	ended = thread->ended;
	tid = thread->tid;
	if (!ended) {
		thread->abandoned = true;
		pthread_cond_broadcast(&thread->changed);
	}
	pthread_mutex_unlock(&thread->lock);
	if (!ended) {
		/* From now on the thread owns the structure. */
		pthread_detach(tid);
		return;
	}
	pthread_join(tid, NULL);
	thread_free(thread);
}
