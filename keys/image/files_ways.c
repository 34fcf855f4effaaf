/* SPDX-License-Identifier: Apache-2.0 */
/* Debian 12 and 13: initramfs-tools, dracut, and the packages that have hooks for them. etcseal(8), "FILES IN THE
 * INITRAMFS", says the same at length. */
#include "keys/image/files_ways.h"

#include "keys/store/file.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOOK_MAX ((size_t)1 << 20)
enum { HOOKS_MAX = 1000 };

#define SETTINGS  "/etc/initramfs-tools/conf.d/etcseal (dracut: /etc/dracut.conf.d/etcseal.conf)"
#define LEAVE_OUT "ETCSEAL_LEAVE_OUT in " SETTINGS
#define TREE      "/run/etcseal/ram/tree/etc"

static const struct {
	const char *pattern; /* fnmatch(3), in which * matches slashes too */
	struct es_image_way way;
} ways[] = {
	{ "*/modprobe.d/*",
	  { "modprobe", "initramfs-tools, which copies all of /etc/modprobe.d/*.conf",
	    "If no module in the initramfs needs it, name it in " LEAVE_OUT
	    "; a module that is loaded later finds it in the "
	    "opened configuration." } },
	{ "/cryptroot/keyfiles/*",
	  { "keyfile",
	    "hook cryptroot of cryptsetup-initramfs, for KEYFILE_PATTERN in /etc/cryptsetup-initramfs/conf-hook",
	    "Unset KEYFILE_PATTERN. A volume other than the root's then opens with the opened configuration, without "
	    "the "
	    "option initramfs in /etc/crypttab. The root's needs a passphrase, its own TPM key, or a keyscript that "
	    "prints "
	    "the file below " TREE "." } },
	{ "/cryptroot/*",
	  { "crypttab", "hook cryptroot of cryptsetup-initramfs, from /etc/crypttab",
	    "It holds names and options only; keep secrets out of the options in /etc/crypttab." } },
	{ "*/mdadm/*",
	  { "mdadm", "hook mdadm of mdadm",
	    "Its ARRAY lines are on the disks as well: accept it, and keep passwords out of PROGRAM and MAILADDR." } },
	{ "/etc/iscsi*",
	  { "iscsi", "hook iscsi of open-iscsi",
	    "Unless the root is on iSCSI: NO_ISCSI_IN_INITRAMFS=yes in /etc/initramfs-tools/conf.d/open-iscsi. If it "
	    "is: "
	    "leave the file out, and copy it from " TREE
	    "/iscsi in a script of init-premount that has PREREQ=etcseal." } },
	{ "/etc/initiatorname.iscsi",
	  { "iscsi", "hook iscsi of open-iscsi",
	    "Unless the root is on iSCSI: NO_ISCSI_IN_INITRAMFS=yes in /etc/initramfs-tools/conf.d/open-iscsi. A name "
	    "isn't a "
	    "secret: accept it." } },
	{ "*/dropbear/*",
	  { "dropbear", "hook dropbear of dropbear-initramfs",
	    "It must be there before anything is opened, so it can't be sealed. Use a key of its own, never sshd's, "
	    "and accept "
	    "it; who reads it can pose as this initramfs. Or purge dropbear-initramfs." } },
	{ "*/authorized_keys",
	  { "dropbear", "hook dropbear of dropbear-initramfs", "It holds public keys, and names: accept it." } },
	{ "*wpa_supplicant*",
	  { "wireless", NULL,
	    "The TPM opens the configuration without a network: leave it out, and copy it from " TREE
	    "/wpa_supplicant in a "
	    "script of init-premount that has PREREQ=etcseal." } },
	{ "*/NetworkManager/*",
	  { "wireless", NULL,
	    "The TPM opens the configuration without a network: leave it out, and copy it from " TREE
	    "/NetworkManager in a "
	    "script of init-premount that has PREREQ=etcseal." } },
	{ "*/udev/*",
	  { "udev", "hook udev of udev",
	    "If the initramfs doesn't need the rule, name it in " LEAVE_OUT "; udev reads it again from the opened "
	    "configuration." } },
	{ "*/systemd/network/*",
	  { "udev", "hook udev of udev",
	    "If the initramfs doesn't need it, name it in " LEAVE_OUT
	    "; udev reads it again from the opened configuration." } },
	{ "/conf/*",
	  { "initramfs-tools", "mkinitramfs, from /etc/initramfs-tools",
	    "It is the setting of initramfs-tools itself: keep secrets out of /etc/initramfs-tools, and accept it." } },
	{ "/scripts/*",
	  { "initramfs-tools", "mkinitramfs, from /etc/initramfs-tools/scripts",
	    "Keep secrets out of the script: let it read them below " TREE " after `etcseal-boot unlock`." } },
	{ "/etc/ld.so.conf*", { "ld.so", "mkinitramfs", "It names folders only: accept it." } },
	{ "/etc/lvm/*",
	  { "lvm", "hook lvm2 of lvm2", "It is needed to find the root: keep secrets out, and accept it." } },
	{ "/etc/multipath*",
	  { "multipath", "hook multipath of multipath-tools-boot",
	    "It is needed to find the root: keep secrets out, and accept it." } },
	{ "/etc/console-setup/*",
	  { "keymap", "hook keymap of initramfs-tools", "It holds a keyboard layout: accept it." } },
	{ "/etc/default/*", { "keymap", "hook keymap of initramfs-tools", "Accept it if it is the keyboard's." } },
	{ "/etc/shadow",
	  { "shadow", "dracut's module base", "Name it in " LEAVE_OUT ": the initramfs needs no passwords." } },
	{ "/etc/nvdimm*",
	  { "nvdimm", "dracut's module nvdimm",
	    "omit_dracutmodules+=\" nvdimm \" in /etc/dracut.conf.d, and unlock it from the opened configuration." } },
	{ ".cmdline",
	  { "options", "--cmdline",
	    "Options can't be secret: anyone who has the image, and every user of the host, reads them." } },
};

static const struct es_image_way general = {
	"other", NULL,
	"Name it in " LEAVE_OUT
	", or let a script of initramfs-tools' init-premount that has PREREQ=etcseal take it from " TREE "."
};

const struct es_image_way *es_image_way_find(const char *path, bool *ret_usual)
{
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (fnmatch(ways[i].pattern, path, 0) == 0) {
			*ret_usual = true;
			return &ways[i].way;
		}
	*ret_usual = false;
	return &general;
}

const char *es_image_way_dracut(const struct es_image_way *way)
{
	static const struct {
		const char *id, *by;
	} modules[] = {
		{ "modprobe", "dracut's module kernel-modules" },
		{ "mdadm", "dracut's module mdraid" },
		{ "udev", "dracut's module udev-rules" },
		{ "lvm", "dracut's module lvm" },
		{ "multipath", "dracut's module multipath" },
		{ "ld.so", "dracut" },
		{ "shadow", "dracut's module base" },
		{ "nvdimm", "dracut's module nvdimm" },
		{ "options", "--cmdline" },
	};

	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
		if (strcmp(modules[i].id, way->id) == 0)
			return modules[i].by;
	return NULL;
}

bool es_image_way_generated(const char *path)
{
	static const char *const made[] = {
		"/etc/passwd",  "/etc/group", "/etc/nsswitch.conf",        "/etc/ld.so.cache",
		"/etc/fstab",   "/etc/mtab",  "/etc/os-release",           "/etc/initrd-release",
		"/etc/profile", "/etc/motd",  "/etc/systemd/journald.conf"
	};

	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
		if (strcmp(path, made[i]) == 0)
			return true;
	return false;
}

void es_image_way_origin(const char *path, char *ret, size_t cap)
{
	static const struct {
		const char *in_initramfs, *on_host;
	} places[] = {
		{ "/conf/initramfs.conf", "/etc/initramfs-tools/initramfs.conf" },
		{ "/conf/conf.d/", "/etc/initramfs-tools/conf.d/" },
		{ "/scripts/", "/usr/share/initramfs-tools/scripts/" },
		{ "/etc/dropbear/", "/etc/dropbear/initramfs/" },
		{ "/etc/initiatorname.iscsi", "/etc/iscsi/initiatorname.iscsi" },
		{ "/etc/iscsi.initramfs", "/etc/iscsi/iscsi.initramfs" },
	};

	snprintf(ret, cap, "%s", path);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		size_t len = strlen(places[i].in_initramfs);

		if (strncmp(path, places[i].in_initramfs, len) == 0)
			snprintf(ret, cap, "%s%s", places[i].on_host, path + len);
	}
}

static int open_folder(int rootfd, const char *path)
{
	return es_open_how(rootfd, path, O_RDONLY | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

/* In a path, what isn't followed by more of a name. */
static bool names(struct es_span script, const char *path)
{
	size_t len = strlen(path);
	const uint8_t *end = script.data + script.len, *at = script.data;

	while (at < end && (at = memmem(at, (size_t)(end - at), path, len)) != NULL) {
		at += len;
		if (at == end || strchr("._-", *at) == NULL || *at == '\0')
			if (at == end || !((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z'))
				return true;
	}
	return false;
}

/* "etcseal-files", "99etcseal-files" */
static bool is_ours(const char *name)
{
	return strncmp(name + strspn(name, "0123456789"), "etcseal", 7) == 0;
}

/* The first script of a folder that names the path. folder/NAME, or, for dracut, folder/NAME/module-setup.sh. */
static char *search_folder(int rootfd, const char *folder, const char *script, const char *path)
{
	int fd = open_folder(rootfd, folder);
	ES_DIR dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;
	char *found = NULL;

	if (dir == NULL && fd >= 0)
		close(fd);
	for (unsigned n = 0; dir != NULL && n < HOOKS_MAX && (e = readdir(dir)) != NULL; n++) {
		ES_BUF text = { NULL, 0 };
		char name[NAME_MAX + 32], *whole = NULL;

		snprintf(name, sizeof name, "%s%s", e->d_name, script);
		if (is_ours(e->d_name) || es_file_read(fd, name, HOOK_MAX, &text) != ES_OK ||
		    !names(es_buf_span(&text), path) || asprintf(&whole, "/%s/%s", folder, name) < 0)
			continue;
		/* Independent of the order of the folder. */
		if (found == NULL || strcmp(whole, found) < 0) {
			free(found);
			found = whole;
		} else {
			free(whole);
		}
	}
	return found;
}

static char *search(int rootfd, bool dracut, const char *path)
{
	char *found;

	if (dracut)
		return search_folder(rootfd, "usr/lib/dracut/modules.d", "/module-setup.sh", path);
	found = search_folder(rootfd, "etc/initramfs-tools/hooks", "", path);
	return found != NULL ? found : search_folder(rootfd, "usr/share/initramfs-tools/hooks", "", path);
}

char *es_image_way_hook(int rootfd, bool dracut, const char *host_path)
{
	char folder[ES_MEMBER_MAX + 1];
	char *found, *slash;

	if (rootfd < 0)
		return NULL;
	found = search(rootfd, dracut, host_path);
	snprintf(folder, sizeof folder, "%s", host_path);
	while (found == NULL && (slash = strrchr(folder, '/')) != NULL && slash != strchr(folder, '/')) {
		*slash = '\0';
		if (strchr(folder + 1, '/') == NULL)
			break; /* "/etc": every hook names it */
		found = search(rootfd, dracut, folder);
	}
	return found;
}
