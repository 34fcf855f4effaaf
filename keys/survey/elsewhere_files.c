/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/survey/elsewhere_check.h"

#include "keys/core/hex.h"
#include "keys/core/lines.h"
#include "keys/crypto/hash.h"
#include "keys/store/file.h"
#include "keys/store/names.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LOOK_MAX = 1 << 20, /* bytes of a file */
	LOG_MAX = 16 << 20,
	STATUS_MAX = 64 << 20,
	FILES_MAX = 4000, /* of a place */
	NAMES_MAX = 10000,
	DEPTH_MAX = 8,
};

static int open_at(int root, const char *path, int flags)
{
	return es_open_how(root, path + 1, (uint64_t)(unsigned)flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

void es_elsewhere_set(struct es_elsewhere *e, const char *where, uint64_t count, enum es_sensitive kind)
{
	es_printable(where, e->where, sizeof e->where);
	e->count = count;
	e->kind = kind;
}

/* The first cap bytes; what is after them isn't looked at. */
static enum es_reason read_some(int fd, size_t cap, struct es_buf *ret)
{
	ES_BUF b = { NULL, 0 };
	struct stat st;
	enum es_reason r;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return ES_FORMAT;
	/* /proc and /sys report no size. */
	if (st.st_size > 0 && (uint64_t)st.st_size < cap)
		cap = (size_t)st.st_size;
	else if (st.st_size == 0 && cap > LOOK_MAX)
		cap = LOOK_MAX;
	r = es_buf_new(cap, &b);
	if (r == ES_OK)
		r = es_fd_fill(fd, b.data, cap, &b.len);
	if (r == ES_OK)
		*ret = es_buf_take(&b);
	return r;
}

enum es_reason es_elsewhere_read(int root, const char *path, size_t cap, struct es_buf *ret)
{
	ES_FD fd = open_at(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? es_reason_from_errno(errno) : read_some(fd, cap, ret);
}

/* Descriptions of packages and of questions: they speak of passwords, and hold none. */
static bool is_public(const char *path)
{
	static const char *const patterns[] = { "/var/backups/dpkg.*", "/var/backups/apt.*",
						"/var/backups/alternatives.*", "/var/cache/debconf/templates.dat*" };

	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
		if (fnmatch(patterns[i], path, 0) == 0)
			return true;
	return false;
}

struct walk {
	struct es_elsewhere *e;
	unsigned left, depth;
	dev_t device;
};

static void judge(struct walk *w, int dirfd, const char *name, const char *path)
{
	ES_FD fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ES_BUF content = { NULL, 0 };
	enum es_sensitive kind;
	struct stat st;

	if (is_public(path) || fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0 ||
	    read_some(fd, LOOK_MAX, &content) != ES_OK)
		return;
	kind = es_sensitive(path, st.st_mode, es_buf_span(&content));
	explicit_bzero(content.data, content.len);
	/* Only root may read most of these places: that alone says nothing. */
	if (kind == ES_SENSITIVE_NO || kind == ES_SENSITIVE_PRIVATE)
		return;
	if (w->e->count == 0)
		es_elsewhere_set(w->e, path, 0, kind);
	w->e->count++;
}

static void judge_folder(struct walk *w, int fd, const char *path)
{
	ES_NAMES names = { 0 };

	if (w->depth >= DEPTH_MAX || es_names_read(fd, NAMES_MAX, &names) != ES_OK)
		return;
	w->depth++;
	for (size_t i = 0; i < names.count && w->left > 0; i++, w->left--) {
		char full[ES_MEMBER_MAX + 1];
		struct stat st;
		ES_FD below = -1;

		if (snprintf(full, sizeof full, "%s/%s", path, names.name[i]) >= (int)sizeof full ||
		    fstatat(fd, names.name[i], &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != w->device)
			continue;
		if (S_ISREG(st.st_mode))
			judge(w, fd, names.name[i], full);
		if (!S_ISDIR(st.st_mode))
			continue;
		below = openat(fd, names.name[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			judge_folder(w, below, full);
	}
	w->depth--;
}

bool es_elsewhere_judged(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	struct walk w = { .e = ret, .left = FILES_MAX };
	char above[ES_MEMBER_MAX + 1];
	ES_FD fd = open_at(at->request->root, at->path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	ES_FD dirfd = -1;
	struct stat st;
	const char *base;

	ret->count = 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	w.device = st.st_dev;
	if (S_ISDIR(st.st_mode)) {
		judge_folder(&w, fd, at->path);
	} else if (S_ISREG(st.st_mode)) {
		base = es_path_above(at->path, above);
		dirfd = es_open_how(at->request->root, above, O_RDONLY | O_DIRECTORY,
				    RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
		if (dirfd >= 0)
			judge(&w, dirfd, base, at->path);
	}
	return ret->count > 0;
}

/* Counts the names in a folder that match, and are of the kind (0: of any). */
static uint64_t count_names(const struct es_elsewhere_at *at, const char *pattern, mode_t kind,
			    struct es_elsewhere *ret)
{
	ES_FD fd = open_at(at->request->root, at->path, O_RDONLY | O_DIRECTORY);
	ES_NAMES names = { 0 };
	uint64_t count = 0;

	if (fd < 0 || es_names_read(fd, NAMES_MAX, &names) != ES_OK)
		return 0;
	for (size_t i = 0; i < names.count; i++) {
		char full[ES_MEMBER_MAX + 1];
		struct stat st;

		if (fnmatch(pattern, names.name[i], 0) != 0 ||
		    fstatat(fd, names.name[i], &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    (kind != 0 && (st.st_mode & S_IFMT) != kind) ||
		    snprintf(full, sizeof full, "%s/%s", at->path, names.name[i]) >= (int)sizeof full)
			continue;
		if (count++ == 0 && ret->count == 0)
			es_elsewhere_set(ret, full, 0, ES_SENSITIVE_NO);
	}
	ret->count += count;
	return count;
}

bool es_elsewhere_there(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	ES_FD fd = open_at(at->request->root, at->path, O_PATH);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	if (S_ISDIR(st.st_mode))
		return count_names(at, "*", 0, ret) > 0;
	es_elsewhere_set(ret, at->path, 1, ES_SENSITIVE_NO);
	return S_ISREG(st.st_mode) && st.st_size > 0;
}

/* kdump-tools makes a folder for each dump; whoopsie and others make NAME.crash. */
bool es_elsewhere_dumps(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	uint64_t folders = count_names(at, "*", S_IFDIR, ret);

	return folders + count_names(at, "*.crash", S_IFREG, ret) > 0;
}

bool es_elsewhere_initrds(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	return count_names(at, "initrd*", S_IFREG, ret) > 0;
}

bool es_elsewhere_building(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	return count_names(at, "mkinitramfs*", 0, ret) > 0;
}

/* dpkg runs `diff -Nu OLD NEW`, whose output begins with "--- /etc/…". */
bool es_elsewhere_diffs(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	static const char head[] = "--- /etc/";
	ES_BUF log = { NULL, 0 };
	struct es_span rest, line;
	uint64_t count = 0;

	if (es_elsewhere_read(at->request->root, at->path, LOG_MAX, &log) != ES_OK)
		return false;
	rest = es_buf_span(&log);
	while (es_line_next(&rest, &line))
		count += line.len >= sizeof head && memcmp(line.data, head, sizeof head - 1) == 0;
	explicit_bzero(log.data, log.len);
	es_elsewhere_set(ret, at->path, count > 0, ES_SENSITIVE_NO);
	return count > 0;
}

static bool has_md5(struct es_span content, struct es_span hex)
{
	char text[2 * ES_MD5_LEN + 1] = "";
	uint8_t md5[ES_MD5_LEN], shipped[ES_MD5_LEN];

	if (hex.len < sizeof text - 1)
		return false;
	memcpy(text, hex.data, sizeof text - 1);
	return es_hex_decode(text, shipped, sizeof shipped) && es_md5(content, md5) &&
	       memcmp(md5, shipped, sizeof md5) == 0;
}

/* A file of the host with a secret in it that no package has shipped. */
static void judge_path(const struct es_elsewhere_at *at, const char *path, struct es_span md5, struct es_elsewhere *ret)
{
	ES_BUF content = { NULL, 0 };
	enum es_sensitive kind;

	if (es_elsewhere_read(at->request->root, path, LOOK_MAX, &content) != ES_OK || content.len == 0)
		return;
	kind = has_md5(es_buf_span(&content), md5) ? ES_SENSITIVE_NO : es_sensitive(path, 0644, es_buf_span(&content));
	explicit_bzero(content.data, content.len);
	if (kind == ES_SENSITIVE_NO || kind == ES_SENSITIVE_PRIVATE)
		return;
	if (ret->count == 0)
		es_elsewhere_set(ret, path, 0, kind);
	ret->count++;
}

/* A line of the field Conffiles in dpkg's status: " PATH MD5" (deb-conffiles(5)). The names beside it are dpkg's and
 * ucf's. */
bool es_elsewhere_conffiles(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	static const char *const beside[] = { "",          ".dpkg-old", ".dpkg-dist", ".dpkg-new",
					      ".dpkg-tmp", ".ucf-old",  ".ucf-dist",  ".ucf-new" };
	ES_BUF status = { NULL, 0 };
	struct es_span rest, line;
	bool conffiles = false;

	if (es_elsewhere_read(at->request->root, at->path, STATUS_MAX, &status) != ES_OK)
		return false;
	rest = es_buf_span(&status);
	while (es_line_next(&rest, &line)) {
		char path[ES_PATH_TEXT];
		const uint8_t *end;

		if (line.len == 0 || line.data[0] != ' ') {
			conffiles = line.len == 10 && memcmp(line.data, "Conffiles:", 10) == 0;
			continue;
		}
		end = conffiles && line.len > 2 ? memchr(line.data + 1, ' ', line.len - 1) : NULL;
		if (end == NULL || (size_t)(end - line.data) > sizeof path || line.data[1] != '/')
			continue;
		snprintf(path, sizeof path, "%.*s", (int)(end - line.data - 1), (const char *)line.data + 1);
		if (es_covered_path_check(path) != ES_OK || es_path_within(path, "/etc") ||
		    es_path_is_covered(path, at->request->path_count, at->request->paths))
			continue;
		for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
			char full[ES_PATH_TEXT + 16];

			snprintf(full, sizeof full, "%s%s", path, beside[i]);
			judge_path(at, full, (struct es_span){ end + 1, (size_t)(line.data + line.len - end) - 1 },
				   ret);
		}
	}
	return ret->count > 0;
}
