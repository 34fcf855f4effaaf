/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/covered.h"
#include "tools/watch_status.h"

#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

enum { RECORD_MAX = 16 << 10 };

/* A process id may have been reused; the lock belongs to the process itself. */
static bool lock_is_held(const char *run_dir)
{
	char path[ES_PATH_TEXT + 32];
	ES_FD fd = -1;

	snprintf(path, sizeof path, "%s/" ES_WATCH_LOCK_NAME, run_dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

void es_watch_status(const char *run_dir, struct es_watch_status *ret)
{
	char path[ES_PATH_TEXT + 32];
	ES_BUF json = { NULL, 0 };

	*ret = (struct es_watch_status){ .running = lock_is_held(run_dir) };
	snprintf(path, sizeof path, "%s/" ES_WATCH_RECORD_NAME, run_dir);
	ret->known = es_file_read(AT_FDCWD, path, RECORD_MAX, &json) == ES_OK &&
		     es_watch_record_parse(es_buf_span(&json), &ret->record) == ES_OK;
}
