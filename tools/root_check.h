/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether anything verifies the root file system that this host runs from. A seal says how the host booted; a program
 * that is changed on an unverified root runs behind it all the same. A guess from what the kernel shows, not a
 * proof: a root that is verified in another way (IMA, fs-verity, a signed squashfs) isn't seen.
 */
#ifndef ES_TOOLS_ROOT_CHECK_H
#define ES_TOOLS_ROOT_CHECK_H

enum es_root_state {
	ES_ROOT_VERITY,     /* dm-verity beneath */
	ES_ROOT_IN_RAM,     /* as the boot image brought it */
	ES_ROOT_UNVERIFIED, /* nothing that we know of */
	ES_ROOT_UNKNOWN,    /* couldn't be found out */
	ES_ROOT_STATES
};
extern const char *const es_root_state_names[ES_ROOT_STATES]; /* for --json */

struct es_root {
	enum es_root_state state;
	char type[32];    /* "ext4" */
	char source[128]; /* "/dev/mapper/root" */
};

/* mountinfo: /proc/self/mountinfo; sys_block: /sys/dev/block, whose entries are named by their numbers. */
void es_root_check(const char *mountinfo, const char *sys_block, struct es_root *ret);

#endif
