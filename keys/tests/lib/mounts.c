/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/mounts.h"

#include "keys/tests/lib/oracle.h"

#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

int mounts_own(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNS) < 0)
		return -1;
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

int mounts_folder_make(void **state)
{
	if (oracle_folder_make(state) != 0)
		return -1;
	return mount("etcseal-test", *state, "tmpfs", 0, "mode=0700");
}

int mounts_folder_remove(void **state)
{
	int bad = umount2(*state, MNT_DETACH) < 0 || rmdir(*state) < 0;

	free(*state);
	return bad ? -1 : 0;
}
