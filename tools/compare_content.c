/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compare.h"

#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { BLOCK = 64 << 10, ATTRIBUTES_MAX = 64 << 10, FD_PATH = 32 + NAME_MAX + 1 };

static enum es_reason same_bytes(int a, int b, bool *ret)
{
	ES_BUF blocks = { NULL, 0 };
	size_t na = 0, nb = 0;
	enum es_reason r = es_buf_new(2 * (size_t)BLOCK, &blocks);

	if (r != ES_OK)
		return r;
	do {
		r = es_fd_fill(a, blocks.data, BLOCK, &na);
		if (r == ES_OK)
			r = es_fd_fill(b, blocks.data + BLOCK, BLOCK, &nb);
		*ret = r == ES_OK && na == nb && memcmp(blocks.data, blocks.data + BLOCK, na) == 0;
	} while (*ret && na > 0);
	return r;
}

static enum es_reason same_target(int a_dir, int b_dir, const char *a, const char *b, bool *ret)
{
	char ta[PATH_MAX], tb[PATH_MAX];
	ssize_t na = readlinkat(a_dir, a, ta, sizeof ta);
	ssize_t nb = na < 0 ? -1 : readlinkat(b_dir, b, tb, sizeof tb);

	if (nb < 0)
		return es_reason_from_errno(errno);
	*ret = na == nb && memcmp(ta, tb, (size_t)na) == 0;
	return ES_OK;
}

enum es_reason es_same_content(int a_dir, int b_dir, const char *a, const char *b, bool *ret)
{
	ES_FD fa = -1, fb = -1;
	struct stat sa, sb;

	if (fstatat(a_dir, a, &sa, AT_SYMLINK_NOFOLLOW) < 0 || fstatat(b_dir, b, &sb, AT_SYMLINK_NOFOLLOW) < 0)
		return es_reason_from_errno(errno);
	if (S_ISLNK(sa.st_mode))
		return same_target(a_dir, b_dir, a, b, ret);
	*ret = S_ISREG(sa.st_mode) ? sa.st_size == sb.st_size : sa.st_rdev == sb.st_rdev;
	if (!S_ISREG(sa.st_mode) || !*ret)
		return ES_OK;
	fa = openat(a_dir, a, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	fb = openat(b_dir, b, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fa < 0 || fb < 0)
		return es_reason_from_errno(errno);
	return same_bytes(fa, fb, ret);
}

/* Of overlayfs' own attributes only the one that holds chattr's flags counts. */
static bool counts(const char *name)
{
	if (strcmp(name, "trusted.overlay.protattr") == 0)
		return true;
	return strncmp(name, "trusted.overlay.", strlen("trusted.overlay.")) != 0;
}

/* Whether the other has each attribute of the one, with the same value; *ret_count is the number of them. */
static enum es_reason within(const char *one, const char *other, size_t *ret_count, bool *ret)
{
	ES_BUF room = { NULL, 0 };
	enum es_reason r = es_buf_new(3 * (size_t)ATTRIBUTES_MAX, &room);
	char *names = (char *)room.data;
	ssize_t len;

	if (r != ES_OK)
		return r;
	*ret_count = 0;
	*ret = true;
	len = llistxattr(one, names, ATTRIBUTES_MAX);
	if (len < 0)
		return errno == ENOTSUP ? ES_OK : es_reason_from_errno(errno);
	for (const char *name = names; name < names + len; name += strlen(name) + 1) {
		uint8_t *a = room.data + ATTRIBUTES_MAX, *b = a + ATTRIBUTES_MAX;
		ssize_t na, nb;

		if (!counts(name))
			continue;
		na = lgetxattr(one, name, a, ATTRIBUTES_MAX);
		nb = lgetxattr(other, name, b, ATTRIBUTES_MAX);
		*ret = *ret && na >= 0 && na == nb && memcmp(a, b, (size_t)na) == 0;
		(*ret_count)++;
	}
	return ES_OK;
}

enum es_reason es_same_attributes(int a_dir, int b_dir, const char *a, const char *b, bool *ret)
{
	char pa[FD_PATH], pb[FD_PATH];
	size_t na = 0, nb = 0;
	bool ab = false, ba = false;
	enum es_reason r;

	snprintf(pa, sizeof pa, "/proc/self/fd/%d/%s", a_dir, a);
	snprintf(pb, sizeof pb, "/proc/self/fd/%d/%s", b_dir, b);
	r = within(pa, pb, &na, &ab);
	if (r == ES_OK)
		r = within(pb, pa, &nb, &ba);
	*ret = ab && ba && na == nb;
	return r;
}
