/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a bank. Nobody may ever find a bank that looks whole but isn't: encryption.info is removed first and written
 * last. And no failure may cost the bank that is being replaced before its successor is complete on disk, unless there
 * is no room for both.
 */
#include "keys/store/bank.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* encryption.info is last, in every loop over this. */
enum { PARTS = 3, INFO_PART = 2 };

struct part {
	const char *name;
	struct es_span data;
};

static enum es_reason stage_all(int fd, const struct part parts[static PARTS])
{
	enum es_reason r = ES_OK;

	for (int i = 0; i < PARTS && r == ES_OK; i++)
		r = es_file_stage(fd, parts[i].name, parts[i].data);
	for (int i = 0; i < PARTS && r != ES_OK; i++) {
		enum es_reason ignored = es_file_discard(fd, parts[i].name);

		(void)ignored; /* the first failure is the one to report */
	}
	return r;
}

/* Whether the new files would fit into the free space after the old ones are removed. */
static bool fits_without_old(int fd, const struct part parts[static PARTS])
{
	struct statvfs vfs;
	struct stat st;
	uint64_t block, have, need = 0;

	if (fstatvfs(fd, &vfs) < 0 || vfs.f_frsize == 0)
		return false;
	block = vfs.f_frsize;
	have = vfs.f_bavail;
	for (int i = 0; i < PARTS; i++) {
		if (fstatat(fd, parts[i].name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			have += ((uint64_t)st.st_blocks * 512 + block - 1) / block;
		need += parts[i].data.len / block + 2; /* its last block, and some for the folder */
	}
	return have >= need;
}

static enum es_reason remove_old(int fd, const struct part parts[static PARTS])
{
	enum es_reason r = es_file_remove(fd, parts[INFO_PART].name);

	if (r == ES_OK)
		r = es_folder_sync(fd);
	for (int i = 0; i < INFO_PART && r == ES_OK; i++)
		r = es_file_remove(fd, parts[i].name);
	if (r == ES_OK)
		r = es_folder_sync(fd);
	return r;
}

static enum es_reason publish_all(int fd, const struct part parts[static PARTS])
{
	/* From here on the old bank is gone, and recognisably so. */
	enum es_reason r = es_file_remove(fd, parts[INFO_PART].name);

	if (r == ES_OK)
		r = es_folder_sync(fd);
	for (int i = 0; i < INFO_PART && r == ES_OK; i++)
		r = es_file_publish(fd, parts[i].name);
	if (r == ES_OK)
		r = es_folder_sync(fd);
	if (r == ES_OK)
		r = es_file_publish(fd, parts[INFO_PART].name);
	if (r == ES_OK)
		r = es_folder_sync(fd);
	return r;
}

/* Opens the bank's folder. Makes it if there is none, or if something else is in its place, which would otherwise block
 * the bank forever. */
static enum es_reason open_folder(int dirfd, unsigned number, int *ret_fd)
{
	char name[16];
	struct stat st;
	enum es_reason r = ES_OK;
	bool made;
	int fd;

	snprintf(name, sizeof name, "bank%u", number);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode))
		r = es_file_remove(dirfd, name);
	if (r != ES_OK)
		return r;
	made = mkdirat(dirfd, name, 0700) == 0;
	if (!made && errno != EEXIST)
		return es_reason_from_errno(errno);
	if (made)
		r = es_folder_sync(dirfd);
	if (r != ES_OK)
		return r;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return es_reason_from_errno(errno);
	*ret_fd = fd;
	return ES_OK;
}

enum es_reason es_bank_write(int dirfd, unsigned number, const struct es_bank_content *content)
{
	const struct part parts[PARTS] = {
		{ ES_ARCHIVE_NAME, content->archive },
		{ ES_LOG_NAME, content->log },
		{ ES_INFO_NAME, content->info },
	};
	ES_FD fd = -1;
	enum es_reason r;

	if (number >= ES_BANK_COUNT || content->info.len == 0 || content->archive.len == 0)
		return ES_ARGUMENT;
	if (content->info.len > ES_INFO_MAX || content->archive.len > ES_ARCHIVE_MAX || content->log.len > ES_LOG_MAX)
		return ES_TOO_LARGE;
	r = open_folder(dirfd, number, &fd);
	if (r != ES_OK)
		return r;
	r = stage_all(fd, parts);
	if (r == ES_NO_SPACE && fits_without_old(fd, parts)) {
		r = remove_old(fd, parts);
		if (r == ES_OK)
			r = stage_all(fd, parts);
	}
	if (r == ES_OK)
		r = publish_all(fd, parts);
	if (r == ES_OK)
		r = es_folder_sync(dirfd);
	return r;
}
