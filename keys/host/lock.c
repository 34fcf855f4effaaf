/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One change at a time: `watch` commits at any moment, and a command that an administrator runs at the same time would
 * work on an encryption.info that is outdated before it is written. The lock is held from reading to the end of the
 * commit.
 */
#include "keys/host/lock.h"

#include "keys/host/state.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_WAIT_MS = 60000, LOCK_STEP_MS = 20 }; /* twice the bound on a commit's TPM work */

enum es_reason es_host_lock(struct es_host *host)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };
	char path[ES_PATH_TEXT + 16];

	if (host->lock_fd >= 0)
		return ES_OK;
	snprintf(path, sizeof path, "%s/lock", host->run_dir);
	host->lock_fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* Without the boot helper's folder there is nothing to commit: the caller that needs it reports that. */
	if (host->lock_fd < 0)
		return errno == ENOENT ? ES_OK : es_host_refuse(host, es_reason_from_errno(errno), "%s", path);
	for (int waited = 0; flock(host->lock_fd, LOCK_EX | LOCK_NB) < 0; waited += LOCK_STEP_MS) {
		int error = errno;

		if (error == EWOULDBLOCK && waited < LOCK_WAIT_MS) {
			(void)nanosleep(&step, NULL);
			continue;
		}
		es_host_unlock(host);
		return es_host_refuse(host, error == EWOULDBLOCK ? ES_BUSY : es_reason_from_errno(error), "%s", path);
	}
	return ES_OK;
}

void es_host_unlock(struct es_host *host)
{
	es_fd_closep(&host->lock_fd);
}
