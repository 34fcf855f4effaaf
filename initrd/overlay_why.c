/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlayfs writes the cause into the kernel's log (Linux 6.5 and later some of it to the descriptor of fsopen, too). What
 * it says there is put into words with what to do next; where it says nothing, the file systems themselves are looked at.
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
	const char *said; /* a part of the kernel's words */
	const char *why, *next;
};

static const struct cause stacked = {
	"stacking depth exceeded",
	"the root file system is an overlay on an overlay already, and the kernel lays no third one over that",
	"Start the host from a root file system that isn't stacked, or with one overlay less beneath it.",
};
static const struct cause unknown_type = {
	"",
	"this kernel has no overlay file system",
	"Put the module overlay into the initramfs, or take a kernel with CONFIG_OVERLAY_FS.",
};
static const struct cause compares = {
	"case-insensitive",
	"the root file system compares names without regard to case, and the kernel lays no overlay over that",
	"Put the root file system onto one that compares names exactly: ext4 without casefold, XFS, btrfs, erofs, "
	"squashfs.",
};
static const struct cause others[] = {
	{ "in-use", "the tree in RAM is part of another overlay already",
	  "Restart the host; nothing but `etcseal-boot apply` may mount the tree, and only once." },
	{ "as upperdir", "the kernel lays nothing of this file system in RAM over another",
	  "Take a kernel with CONFIG_TMPFS and CONFIG_TMPFS_XATTR." },
	{ "missing required features", "the file system in RAM lacks what an overlay needs",
	  "Take a kernel with CONFIG_TMPFS and CONFIG_TMPFS_XATTR." },
	{ "does not support xattr", "the file system in RAM has no extended attributes",
	  "Take a kernel with CONFIG_TMPFS_XATTR." },
	{ "not supported", "the kernel lays no overlay over the root file system's type",
	  "Put the root file system onto another type: ext4, XFS, btrfs, erofs or squashfs." },
	{ "overlapping", "the covered path and the tree in RAM lie within each other",
	  "Cover a path that doesn't hold etcseal's own folder in /run." },
	{ "nrecognized mount option", "this kernel's overlay file system lacks an option that is needed",
	  "Take Linux 4.19 or a newer one." },
	{ "nknown parameter", "this kernel's overlay file system lacks an option that is needed",
	  "Take Linux 4.19 or a newer one." },
};

void es_overlay_listen(int *ret_fd)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0)
		es_fd_closep(&fd);
	*ret_fd = fd;
}

/* The last that overlayfs said: "3,1234,5678,-;overlayfs: maximum fs stacking depth exceeded". */
static void read_log(int fd, char ret[static ES_MOUNT_WHY])
{
	char record[RECORD];
	ssize_t n;

	ret[0] = '\0';
	while (fd >= 0 && ((n = read(fd, record, sizeof record - 1)) > 0 || errno == EPIPE)) {
		const char *text;

		if (n <= 0)
			continue; /* overwritten meanwhile; the next one isn't */
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

/* By what is there: for a kernel whose log can't be read. */
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
	/* Not known to us; what the kernel says is still better than a number's text. */
	if (said[0] != '\0')
		snprintf(notes->why, sizeof notes->why, "the kernel says: %.120s", said);
	notes->next = "Look for lines with overlayfs in the kernel's log (dmesg).";
}
