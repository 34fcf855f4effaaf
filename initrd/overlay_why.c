/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlayfs writes the cause of a failure to the kernel's log (Linux 6.5 and later some of it also to fsopen's
 * descriptor). Known messages are translated into a cause and advice; without a message, the file systems themselves
 * are examined.
 */
#include "initrd/overlay_why.h"

#include "initrd/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { RECORD = 2048, ECRYPTFS_MAGIC = 0xf15f, NTFS3_MAGIC = 0x7366746e, EXFAT_MAGIC = 0x2011bab0 };

struct cause {
	const char *said; /* part of the kernel's message */
	const char *why, *next;
};

static const struct cause stacked = {
	"stacking depth exceeded",
	"the root file system is already an overlay on an overlay, and the kernel doesn't allow a third one over it",
	"Boot from a root file system that isn't stacked, or from one with one overlay fewer.",
};
static const struct cause unknown_type = {
	"",
	"this kernel has no overlay file system",
	"Add the module overlay to the initramfs, or use a kernel with CONFIG_OVERLAY_FS.",
};
static const struct cause compares = {
	"case-insensitive",
	"the root file system is case-insensitive, and the kernel doesn't allow an overlay over it",
	"Use a root file system that is case-sensitive: ext4 without casefold, XFS, btrfs, erofs or squashfs.",
};
static const struct cause others[] = {
	{ "in-use", "the tree in RAM is already part of another overlay",
	  "Reboot the host; only `etcseal-boot apply` may mount the tree, and only once." },
	{ "as upperdir", "the kernel doesn't allow this file system in RAM as an overlay's upper layer",
	  "Use a kernel with CONFIG_TMPFS and CONFIG_TMPFS_XATTR." },
	{ "missing required features", "the file system in RAM lacks a feature that an overlay needs",
	  "Use a kernel with CONFIG_TMPFS and CONFIG_TMPFS_XATTR." },
	{ "does not support xattr", "the file system in RAM has no extended attributes",
	  "Use a kernel with CONFIG_TMPFS_XATTR." },
	{ "not supported", "the kernel doesn't allow an overlay over the root file system's type",
	  "Use another type of root file system: ext4, XFS, btrfs, erofs or squashfs." },
	{ "overlapping", "the covered path and the tree in RAM contain each other",
	  "Cover a path that doesn't contain etcseal's own folder in /run." },
	{ "nrecognized mount option", "this kernel's overlay file system lacks a required option",
	  "Use Linux 4.19 or newer." },
	{ "nknown parameter", "this kernel's overlay file system lacks a required option", "Use Linux 4.19 or newer." },
};

void es_overlay_open_log(int *ret_fd)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0)
		es_fd_closep(&fd);
	*ret_fd = fd;
}

/* overlayfs' last message, from a record like "3,1234,5678,-;overlayfs: maximum fs stacking depth exceeded". */
static void read_log(int fd, char ret[static ES_MOUNT_WHY])
{
	char record[RECORD];
	ssize_t n;

	ret[0] = '\0';
	while (fd >= 0 && ((n = read(fd, record, sizeof record - 1)) > 0 || errno == EPIPE)) {
		const char *text;

		if (n <= 0)
			continue; /* EPIPE: the record was overwritten; go on with the next */
		record[n] = '\0';
		record[strcspn(record, "\n")] = '\0';
		text = strstr(record, ";overlayfs: ");
		if (text != NULL)
			snprintf(ret, ES_MOUNT_WHY, "%s", text + strlen(";overlayfs: "));
	}
}

static const struct cause *find(const char *said)
{
	if (strstr(said, stacked.said) != NULL)
		return &stacked;
	if (strstr(said, compares.said) != NULL)
		return &compares;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strstr(said, others[i].said) != NULL)
			return &others[i];
	return NULL;
}

/* By the file system's type: for a kernel whose log can't be read. */
static const struct cause *look(int lower, int error)
{
	struct statfs fs;

	if (error == ENODEV)
		return &unknown_type;
	if (error != EINVAL || fstatfs(lower, &fs) < 0)
		return NULL;
	switch ((unsigned)fs.f_type) {
	case OVERLAYFS_SUPER_MAGIC:
	case ECRYPTFS_MAGIC:
		return &stacked;
	case MSDOS_SUPER_MAGIC:
	case EXFAT_MAGIC:
	case NTFS3_MAGIC:
		return &compares;
	default:
		return NULL;
	}
}

void es_overlay_explain(int log_fd, int lower, struct es_mount_notes *notes)
{
	char said[ES_MOUNT_WHY];
	const struct cause *cause;

	read_log(log_fd, said);
	cause = find(said);
	if (cause == NULL)
		cause = find(notes->why);
	if (cause == NULL)
		cause = look(lower, notes->error);
	if (cause != NULL) {
		snprintf(notes->why, sizeof notes->why, "%s", cause->why);
		notes->next = cause->next;
		return;
	}
	/* An unknown cause; the kernel's message is still better than errno's text. */
	if (said[0] != '\0')
		snprintf(notes->why, sizeof notes->why, "the kernel says: %.120s", said);
	notes->next = "Look for overlayfs messages in the kernel's log (dmesg).";
}
