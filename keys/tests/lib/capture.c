/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/capture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int temporary(void)
{
	char path[] = "/tmp/etcseal-capture-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

static void read_back(int fd, char ret[static CAPTURE_MAX])
{
	ssize_t n = pread(fd, ret, CAPTURE_MAX - 1, 0);

	assert_true(n >= 0 && n < CAPTURE_MAX - 1);
	ret[n] = '\0';
	close(fd);
}

void capture(int (*body)(void *arg), void *arg, const struct capture_ends *ends, struct captured *ret)
{
	int in = temporary(), out = temporary(), err = temporary(), status;
	pid_t pid;

	if (ends != NULL && ends->input != NULL) {
		size_t len = strlen(ends->input);

		assert_int_equal(pwrite(in, ends->input, len, 0), (ssize_t)len);
	}
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int to = ends != NULL && ends->stdout_path != NULL ? open(ends->stdout_path, O_WRONLY) : out;

		if (to < 0 || dup2(in, 0) < 0 || dup2(to, 1) < 0 || dup2(err, 2) < 0)
			_exit(125);
		status = body(arg);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	close(in);
	read_back(out, ret->out);
	read_back(err, ret->err);
}
