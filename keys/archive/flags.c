/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/flags.h"

#include "keys/store/file.h"

#include <archive_entry.h>
#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>

/* fs/overlayfs/inode.c: one letter for each flag. */
#define PROTECTION "trusted.overlay.protattr"

enum {
	PROTECTING = FS_IMMUTABLE_FL | FS_APPEND_FL,
	KEPT = PROTECTING | FS_NODUMP_FL | FS_NOATIME_FL, /* what tmpfs can hold (Linux 6.0) */
	/* Flags that a user sets, not those by which a file system describes its own layout. */
	OTHERS = FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_NOCOMP_FL | FS_JOURNAL_DATA_FL |
		 FS_NOTAIL_FL | FS_DIRSYNC_FL | FS_NOCOW_FL | FS_DAX_FL | FS_CASEFOLD_FL,
	PROTECTION_MAX = 32,
};

static unsigned long read_protection(int fd)
{
	char letters[PROTECTION_MAX];
	ssize_t n = fgetxattr(fd, PROTECTION, letters, sizeof letters);
	unsigned long flags = 0;

	for (ssize_t i = 0; i < n; i++)
		flags |= letters[i] == 'i' ? FS_IMMUTABLE_FL : letters[i] == 'a' ? FS_APPEND_FL : 0;
	return flags;
}

enum es_reason es_flags_read(int fd, struct archive_entry *entry, bool *ret_stripped)
{
	unsigned long flags = read_protection(fd);
	int own = 0;

	/* A file system without support for flags has none. */
	if (ioctl(fd, FS_IOC_GETFLAGS, &own) < 0 && errno != ENOTTY && errno != EOPNOTSUPP && errno != EINVAL &&
	    errno != ENOSYS)
		return es_reason_from_errno(errno);
	flags |= (unsigned long)own & KEPT;
	if ((own & OTHERS) != 0)
		*ret_stripped = true;
	if (flags != 0)
		archive_entry_set_fflags(entry, flags, 0);
	return ES_OK;
}

static unsigned long flags_of(struct archive_entry *entry)
{
	unsigned long set = 0, clear = 0;

	archive_entry_fflags(entry, &set, &clear);
	return set & KEPT;
}

bool es_flags_drop_protection(struct archive_entry *entry)
{
	unsigned long flags = flags_of(entry);

	if ((flags & PROTECTING) == 0)
		return false;
	archive_entry_set_fflags(entry, flags & ~(unsigned long)PROTECTING, 0);
	return true;
}

void es_flags_set(int fd, struct archive_entry *entry, uint64_t *lost)
{
	unsigned long flags = flags_of(entry);
	int own = (int)(flags & ~(unsigned long)PROTECTING), before = 0;
	char letters[2];
	size_t n = 0;

	if (flags & FS_APPEND_FL)
		letters[n++] = 'a';
	if (flags & FS_IMMUTABLE_FL)
		letters[n++] = 'i';
	if (n > 0 && fsetxattr(fd, PROTECTION, letters, n, 0) < 0)
		(*lost)++;
	if (own == 0)
		return;
	if (ioctl(fd, FS_IOC_GETFLAGS, &before) < 0) {
		(*lost)++;
		return;
	}
	own |= before;
	if (ioctl(fd, FS_IOC_SETFLAGS, &own) < 0)
		(*lost)++;
}

const char *es_flags_text(struct archive_entry *entry)
{
	unsigned long set = 0, clear = 0;
	const char *text;

	archive_entry_fflags(entry, &set, &clear);
	text = set != 0 ? archive_entry_fflags_text(entry) : NULL;
	return text != NULL && text[0] != '\0' ? text : NULL;
}
