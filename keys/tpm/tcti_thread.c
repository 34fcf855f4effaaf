/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread per connection does whatever can block: load the TCTI, transmit, receive, finalise. The caller waits on a
 * condition with a deadline. Buffers are the line's own, since the thread may still write to them after its caller
 * has gone. Who goes last frees: the caller, or the thread if it was abandoned.
 */
#include "keys/tpm/tcti_thread.h"

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
	enum job job;           /* what the thread has to do or is doing */
	bool abandoned;         /* nobody waits any more */
	bool ended;             /* the thread has done its last job */
	bool lost;              /* the caller's own note: the thread didn't come back in time */
	pthread_t thread;
	TSS2_RC rc; /* of the last job */

	char *name;
	int fd;                  /* the device, or -1 */
	TSS2_TCTI_CONTEXT *tcti; /* anything else */
	uint8_t command[ES_TPM_MESSAGE_MAX], response[ES_TPM_MESSAGE_MAX];
	size_t command_len, response_len;
};

static void line_free(struct es_tcti_thread *line)
{
	pthread_cond_destroy(&line->changed);
	pthread_mutex_destroy(&line->lock);
	free(line->name);
	es_wipe(line->command, sizeof line->command);
	es_wipe(line->response, sizeof line->response);
	free(line);
}

static TSS2_RC exchange(struct es_tcti_thread *line)
{
	const struct es_span command = { line->command, line->command_len };
	TSS2_RC rc;

	if (line->fd >= 0)
		return es_device_exchange(line->fd, command, line->response, sizeof line->response,
					  &line->response_len);
	rc = Tss2_Tcti_Transmit(line->tcti, line->command_len, line->command);
	if (rc != TSS2_RC_SUCCESS)
		return rc;
	line->response_len = sizeof line->response;
	rc = Tss2_Tcti_Receive(line->tcti, &line->response_len, line->response, TSS2_TCTI_TIMEOUT_BLOCK);
	if (rc == TSS2_RC_SUCCESS && line->response_len > sizeof line->response)
		rc = TSS2_TCTI_RC_MALFORMED_RESPONSE;
	return rc;
}

static TSS2_RC connect_line(struct es_tcti_thread *line)
{
	static const char device[] = "device:";

	if (strncmp(line->name, device, sizeof device - 1) == 0)
		return es_device_open(line->name + sizeof device - 1, &line->fd);
	return Tss2_TctiLdr_Initialize(line->name, &line->tcti);
}

static void disconnect_line(struct es_tcti_thread *line)
{
	if (line->fd >= 0)
		close(line->fd);
	line->fd = -1;
	Tss2_TctiLdr_Finalize(&line->tcti);
}

/* Without the lock: the caller keeps its hands off everything but `abandoned` while a job is on. */
static TSS2_RC work(struct es_tcti_thread *line, enum job job)
{
	switch (job) {
	case JOB_OPEN:
		return connect_line(line);
	case JOB_EXCHANGE:
		return exchange(line);
	default:
		disconnect_line(line);
		return TSS2_RC_SUCCESS;
	}
}

static void *worker(void *arg)
{
	struct es_tcti_thread *line = arg;
	bool abandoned;

	pthread_mutex_lock(&line->lock);
	while (!line->ended) {
		enum job job;
		TSS2_RC rc;

		while (line->job == JOB_NONE && !line->abandoned)
			pthread_cond_wait(&line->changed, &line->lock);
		job = line->abandoned ? JOB_QUIT : line->job;
		pthread_mutex_unlock(&line->lock);
		rc = work(line, job);
		pthread_mutex_lock(&line->lock);
		line->rc = rc;
		line->job = JOB_NONE;
		line->ended = job == JOB_QUIT;
		pthread_cond_broadcast(&line->changed);
	}
	abandoned = line->abandoned;
	pthread_mutex_unlock(&line->lock);
	if (abandoned)
		line_free(line);
	return NULL;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Hands the thread a job and waits for its end, or for the end of the time. */
static TSS2_RC run(struct es_tcti_thread *line, enum job job, uint64_t *left)
{
	uint64_t start = now(), used;
	uint64_t until = *left > UINT64_MAX / 2 ? UINT64_MAX / 2 : start + *left;
	const struct timespec deadline = { (time_t)(until / 1000000000u), (long)(until % 1000000000u) };
	TSS2_RC rc = TSS2_TCTI_RC_IO_ERROR;
	bool done;

	pthread_mutex_lock(&line->lock);
	if (line->job != JOB_NONE || *left == 0) {
		pthread_mutex_unlock(&line->lock);
		return rc;
	}
	line->job = job;
	pthread_cond_broadcast(&line->changed);
	while (line->job != JOB_NONE)
		if (pthread_cond_timedwait(&line->changed, &line->lock, &deadline) == ETIMEDOUT)
			break;
	done = line->job == JOB_NONE;
	if (done)
		rc = line->rc;
	pthread_mutex_unlock(&line->lock);
	used = now() - start;
	line->lost = !done;
	*left = !done || used >= *left ? 0 : *left - used;
	return rc;
}

static bool start(struct es_tcti_thread *line)
{
	sigset_t all, before;
	int e;

	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	e = pthread_create(&line->thread, NULL, worker, line);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e == 0;
}

TSS2_RC es_tcti_thread_open(const char *tcti, uint64_t *left, struct es_tcti_thread **ret)
{
	struct es_tcti_thread *line = calloc(1, sizeof *line);
	pthread_condattr_t attr;
	TSS2_RC rc;

	if (line == NULL)
		return TSS2_TCTI_RC_MEMORY;
	line->fd = -1;
	pthread_mutex_init(&line->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&line->changed, &attr);
	pthread_condattr_destroy(&attr);
	line->name = strdup(tcti);
	if (line->name == NULL || !start(line)) {
		line_free(line);
		return TSS2_TCTI_RC_MEMORY;
	}
	rc = run(line, JOB_OPEN, left);
	if (rc != TSS2_RC_SUCCESS) {
		es_tcti_thread_close(line, *left);
		return rc;
	}
	*ret = line;
	return TSS2_RC_SUCCESS;
}

TSS2_RC es_tcti_thread_exchange(struct es_tcti_thread *line, struct es_span command, uint64_t *left,
			 uint8_t response[static ES_TPM_MESSAGE_MAX], size_t *ret_len)
{
	TSS2_RC rc;

	if (*left == 0 || line->lost)
		return TSS2_TCTI_RC_IO_ERROR;
	if (command.len > sizeof line->command)
		return TSS2_TCTI_RC_BAD_VALUE;
	memcpy(line->command, command.data, command.len);
	line->command_len = command.len;
	rc = run(line, JOB_EXCHANGE, left);
	if (rc != TSS2_RC_SUCCESS)
		return rc;
	memcpy(response, line->response, line->response_len);
	*ret_len = line->response_len;
	return TSS2_RC_SUCCESS;
}

void es_tcti_thread_close(struct es_tcti_thread *line, uint64_t left)
{
	pthread_t thread;
	TSS2_RC rc;
	bool ended;

	if (line == NULL)
		return;
	/* Waited for as well: closing /dev/tpmrm0 can block while the kernel flushes what the connection left loaded. */
	rc = run(line, JOB_QUIT, &left);
	(void)rc;
	pthread_mutex_lock(&line->lock);
	ended = line->ended;
	thread = line->thread;
	if (!ended) {
		line->abandoned = true;
		pthread_cond_broadcast(&line->changed);
	}
	pthread_mutex_unlock(&line->lock);
	if (!ended) {
		/* The line is the thread's now. */
		pthread_detach(thread);
		return;
	}
	pthread_join(thread, NULL);
	line_free(line);
}
