/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether anything verifies the root file system that this host runs from. A seal covers how the host booted; a program
 * that was changed on an unverified root still runs afterwards. This is a guess from what the kernel shows, not a
 * proof: it doesn't recognise other kinds of verification (IMA, fs-verity, a signed squashfs).
 */
#ifndef ES_TOOLS_ROOT_CHECK_H
#define ES_TOOLS_ROOT_CHECK_H

enum es_root_state {
	ES_ROOT_VERITY,     /* dm-verity beneath */
	ES_ROOT_IN_RAM,     /* from the boot image */
	ES_ROOT_UNVERIFIED, /* by nothing that we know */
	ES_ROOT_UNKNOWN,    /* couldn't be determined */
	ES_ROOT_STATES
};
extern const char *const es_root_state_names[ES_ROOT_STATES]; /* for --json */

struct es_root {
	enum es_root_state state;
	char type[32];    /* "ext4" */
	char source[128]; /* "/dev/mapper/root" */
};

/* mountinfo: /proc/self/mountinfo; sys: /sys. */
void es_root_check(const char *mountinfo, const char *sys, struct es_root *ret);

#endif
