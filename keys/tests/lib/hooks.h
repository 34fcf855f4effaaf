/* SPDX-License-Identifier: Apache-2.0 */
/* What we give to the tools that make an initramfs, in a folder of its own, and initramfs-tools run with it. */
#ifndef ES_TESTLIB_HOOKS_H
#define ES_TESTLIB_HOOKS_H

/* cmocka setup: *state becomes the folder of oracle_folder_make, with copies of initrd/initramfs-tools (as "hooks"),
 * initrd/dracut, look-files and ram-tmpdir, and links to the programs etcseal and etcseal-boot. */
int hooks_folder_make(void **state);

/* Makes "image" by mkinitramfs, with few modules, and with the folder conf in place of /etc/initramfs-tools: what is in
 * it is added to the host's own. environment: assignments for the shell. What it says is in "said". Returns its exit
 * status. */
int hooks_mkinitramfs(void **state, const char *conf, const char *environment);

#endif
