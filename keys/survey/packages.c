/* SPDX-License-Identifier: Apache-2.0 */
/* Reads dpkg's database, and answers from it. A file of it that is too large, or isn't a regular file, is passed over:
 * what it names is then nobody's. */
#include "keys/survey/packages.h"

#include "keys/core/subject.h"
#include "keys/store/file.h"
#include "keys/survey/dpkg.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_MAX ((size_t)64 << 20)
#define INFO_MAX   ((size_t)32 << 20)  /* one list */
#define TOTAL_MAX  ((size_t)256 << 20) /* all lists together */

enum { PACKAGES_MAX = 1 << 17 };

struct kept {
	struct kept *next;
	struct es_buf text;
};

struct es_packages {
	struct es_dpkg dpkg;
	struct kept *kept; /* what the table points into */
	size_t bytes, packages;
};

/* What maintainer scripts copy unchanged to a place that no package lists. */
static const struct {
	const char *path, *master;
} masters[] = {
	{ "/etc/passwd", "/usr/share/base-passwd/passwd.master" },
	{ "/etc/group", "/usr/share/base-passwd/group.master" },
	{ "/etc/profile", "/usr/share/base-files/profile" },
	{ "/etc/motd", "/usr/share/base-files/motd" },
	{ "/root/.bashrc", "/usr/share/base-files/dot.bashrc" },
	{ "/root/.profile", "/usr/share/base-files/dot.profile" },
	{ "/etc/nsswitch.conf", "/usr/share/libc-bin/nsswitch.conf" },
	{ "/etc/inputrc", "/usr/share/readline/inputrc" },
	{ "/etc/ssh/sshd_config", "/usr/share/openssh/sshd_config" },
};

const char *es_packages_master(const char *path)
{
	for (size_t i = 0; i < sizeof masters / sizeof masters[0]; i++)
		if (strcmp(masters[i].path, path) == 0)
			return masters[i].master;
	return NULL;
}

void es_packages_freep(struct es_packages **p)
{
	if (*p == NULL)
		return;
	es_dpkg_free(&(*p)->dpkg);
	while ((*p)->kept != NULL) {
		struct kept *next = (*p)->kept->next;

		es_buf_free(&(*p)->kept->text);
		free((*p)->kept);
		(*p)->kept = next;
	}
	free(*p);
	*p = NULL;
}

static enum es_reason open_folder(int rootfd, const char *path, int *ret)
{
	int fd = es_open_how(rootfd, path, O_RDONLY | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);

	if (fd < 0)
		return errno == ENOTDIR ? ES_MISSING : es_reason_from_errno(errno);
	*ret = fd;
	return ES_OK;
}

/* Reads a file that p keeps. Anything but ES_OK and ES_MEMORY: it isn't there, or can't be used. */
static enum es_reason keep_file(struct es_packages *p, int dirfd, const char *name, struct es_span *ret)
{
	ES_BUF text = { NULL, 0 };
	size_t cap = TOTAL_MAX - p->bytes < INFO_MAX ? TOTAL_MAX - p->bytes : INFO_MAX;
	enum es_reason r = es_file_read(dirfd, name, cap, &text);
	struct kept *k;

	if (r != ES_OK)
		return r;
	k = malloc(sizeof *k);
	if (k == NULL)
		return ES_MEMORY;
	p->bytes += text.len;
	k->text = es_buf_take(&text);
	k->next = p->kept;
	p->kept = k;
	*ret = es_buf_span(&k->text);
	return ES_OK;
}

static enum es_reason read_diversions(struct es_packages *p, int dirfd)
{
	struct es_span text;
	enum es_reason r = keep_file(p, dirfd, "diversions", &text);

	if (r == ES_OK)
		r = es_dpkg_diversions(&p->dpkg, text);
	return r == ES_MEMORY ? r : ES_OK;
}

/* The lists of one package; file is "PACKAGE.list". */
static enum es_reason read_package(struct es_packages *p, int infofd, const char *file)
{
	size_t len = strlen(file) - strlen(".list");
	const char *package = es_dpkg_name(&p->dpkg, (struct es_span){ (const uint8_t *)file, len });
	char sums[NAME_MAX + 16];
	ES_BUF text = { NULL, 0 };
	struct es_span list;
	enum es_reason r;

	if (package == NULL)
		return ES_OK;
	r = keep_file(p, infofd, file, &list);
	if (r == ES_OK)
		r = es_dpkg_list(&p->dpkg, package, list);
	if (r != ES_OK)
		return r;
	snprintf(sums, sizeof sums, "%.*s.md5sums", (int)len, file);
	r = es_file_read(infofd, sums, INFO_MAX, &text);
	return r == ES_OK ? es_dpkg_md5sums(&p->dpkg, package, es_buf_span(&text)) : r;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && strcmp(text + len - end_len, end) == 0;
}

static enum es_reason read_lists(struct es_packages *p, int dirfd)
{
	int fd = -1;
	ES_DIR info = NULL;
	const struct dirent *entry;

	if (open_folder(dirfd, "info", &fd) != ES_OK)
		return ES_OK;
	info = fdopendir(fd);
	if (info == NULL) {
		close(fd);
		return ES_MEMORY;
	}
	while ((entry = readdir(info)) != NULL && p->packages < PACKAGES_MAX) {
		enum es_reason r;

		if (!ends_with(entry->d_name, ".list"))
			continue;
		p->packages++;
		r = read_package(p, fd, entry->d_name);
		if (r == ES_MEMORY)
			return r;
	}
	return ES_OK;
}

static enum es_reason read_all(struct es_packages *p, int dirfd)
{
	ES_BUF status = { NULL, 0 };
	struct kept *k;
	enum es_reason r = es_reason_of(ES_OF_FILE, es_file_read(dirfd, "status", STATUS_MAX, &status));

	if (r == ES_OK)
		r = read_diversions(p, dirfd);
	if (r == ES_OK)
		r = read_lists(p, dirfd);
	if (r != ES_OK)
		return r;
	k = malloc(sizeof *k);
	if (k == NULL)
		return ES_MEMORY;
	k->text = es_buf_take(&status);
	k->next = p->kept;
	p->kept = k;
	r = es_dpkg_status(&p->dpkg, es_buf_span(&k->text));
	return r == ES_MEMORY ? r : ES_OK;
}

enum es_reason es_packages_read(int rootfd, struct es_packages **ret)
{
	ES_PACKAGES p = NULL;
	ES_FD dirfd = -1;
	enum es_reason r = open_folder(rootfd, "var/lib/dpkg", &dirfd);

	if (r != ES_OK)
		return r;
	p = calloc(1, sizeof *p);
	if (p == NULL)
		return ES_MEMORY;
	r = es_dpkg_init(&p->dpkg);
	if (r == ES_OK)
		r = read_all(p, dirfd);
	if (r == ES_OK)
		*ret = es_take(p);
	return r;
}

/* /lib/x and /usr/lib/x are one file on a host whose /usr is merged, and dpkg knows one of the two. */
static bool other_name(struct es_span path, char ret[static PATH_MAX], struct es_span *ret_other)
{
	static const char *const tops[] = { "/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/" };

	for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
		size_t len = strlen(tops[i]);

		if (path.len > len + 4 && memcmp(path.data, "/usr", 4) == 0 &&
		    memcmp(path.data + 4, tops[i], len) == 0) {
			*ret_other = (struct es_span){ path.data + 4, path.len - 4 };
			return true;
		}
		if (path.len > len && memcmp(path.data, tops[i], len) == 0 && path.len + 4 < PATH_MAX) {
			memcpy(ret, "/usr", 4);
			memcpy(ret + 4, path.data, path.len);
			*ret_other = (struct es_span){ (const uint8_t *)ret, path.len + 4 };
			return true;
		}
	}
	return false;
}

static const struct es_path_entry *owned(const struct es_path_table *t, struct es_span path)
{
	uint32_t at = es_path_table_find(t, path);

	return at != ES_NO_ENTRY && t->entries[at].owner != NULL ? &t->entries[at] : NULL;
}

/* The entry of a path, or of the master that it is a copy of. */
static const struct es_path_entry *find(const struct es_packages *p, const char *path)
{
	const struct es_path_table *t = &p->dpkg.paths;
	const struct es_path_entry *e = owned(t, es_text_span(path));
	const char *master = es_packages_master(path);
	char text[PATH_MAX];
	struct es_span other;

	if (e == NULL && other_name(es_text_span(path), text, &other))
		e = owned(t, other);
	if ((e == NULL || e->sum == ES_NO_ENTRY) && master != NULL) {
		const struct es_path_entry *m = owned(t, es_text_span(master));

		e = m != NULL ? m : e;
	}
	return e;
}

enum es_packaged es_packages_judge(const struct es_packages *p, const char *path, bool is_file, struct es_span content)
{
	const struct es_path_entry *e = p != NULL ? find(p, path) : NULL;
	uint8_t md5[ES_MD5_LEN];

	if (e == NULL)
		return ES_PACKAGED_NOT;
	if (!is_file || e->sum == ES_NO_ENTRY)
		return ES_PACKAGED_PATH;
	if (es_md5(content, md5))
		for (uint32_t i = e->sum; i != ES_NO_ENTRY; i = p->dpkg.paths.sums[i].next)
			if (memcmp(p->dpkg.paths.sums[i].md5, md5, ES_MD5_LEN) == 0)
				return ES_PACKAGED_SAME;
	return ES_PACKAGED_CHANGED;
}

const char *es_packages_owner(const struct es_packages *p, const char *path)
{
	const struct es_path_entry *e = p != NULL ? find(p, path) : NULL;

	return e != NULL ? e->owner : NULL;
}
