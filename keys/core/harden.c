/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/harden.h"

#include "keys/core/defences.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROBE = 256 << 20 };

void es_harden_process(void)
{
	const struct rlimit none = { 0, 0 };
	int fd = 0;

	/* If they were closed, a file opened later would get their number, and our messages. */
	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	if (fd > STDERR_FILENO)
		close(fd);
	umask(077);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Under a limit that applies to us (root in a container), every allocation beyond it would fail from now on. */
static bool limit_binds(void)
{
	void *probe = mmap(NULL, PROBE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (probe == MAP_FAILED)
		return true;
	munmap(probe, PROBE);
	return false;
}

enum es_reason es_harden_memory(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	if (geteuid() != 0 || !ES_WITH_LOCKING)
		return ES_OK;
	(void)setrlimit(RLIMIT_MEMLOCK, &all);
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0)
		return ES_MEMORY;
	if (!limit_binds())
		return ES_OK;
	munlockall();
	return ES_MEMORY;
}
