/* SPDX-License-Identifier: Apache-2.0 */
/* etcseal, the administrator's command. */
#include "tools/dispatch.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	const struct rlimit none = { 0, 0 };

	/* Keys pass through this process: no core, no ptrace by others, and what it makes is for its owner only. */
	umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is a failed write, and said so */
	return (int)es_dispatch(argc, argv);
}
