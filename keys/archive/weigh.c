/* SPDX-License-Identifier: Apache-2.0 */
/* Two passes: the first counts everything; the second finds the first folder that it leaves, deepest first, which holds
 * half of that. */
#include "keys/archive/weigh.h"

#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct weight {
	uint64_t files, bytes;
};

struct weighing {
	struct weight half; /* zeros in the first pass */
	char path[ES_MEMBER_MAX + 1];
	size_t len;
	unsigned depth;
	struct es_pack_report *report; /* NULL in the first pass, and once the folder is found */
};

static bool is_heavy(const struct weighing *w, const struct weight *held)
{
	return w->half.files > 0 ? held->files >= w->half.files : held->bytes >= w->half.bytes;
}

static struct weight weigh_folder(struct weighing *w, int above, const char *name);

static struct weight weigh_name(struct weighing *w, int dirfd, const char *name)
{
	struct weight one = { .files = 1 };
	struct weight held;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return (struct weight){ 0, 0 };
	if (S_ISREG(st.st_mode))
		one.bytes = (uint64_t)st.st_size;
	if (!S_ISDIR(st.st_mode))
		return one;
	held = weigh_folder(w, dirfd, name);
	return (struct weight){ one.files + held.files, held.bytes };
}

static struct weight weigh_folder(struct weighing *w, int above, const char *name)
{
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ES_DIR dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct weight sum = { 0, 0 };
	const struct dirent *e;

	if (dir == NULL || w->depth >= ES_DEPTH_MAX) {
		if (dir == NULL)
			es_fd_closep(&fd);
		return sum;
	}
	while ((e = readdir(dir)) != NULL) {
		size_t before = w->len, len = strlen(e->d_name);
		struct weight one;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || before + 1 + len > ES_MEMBER_MAX)
			continue;
		w->path[before] = '/';
		memcpy(w->path + before + 1, e->d_name, len + 1);
		w->len += 1 + len;
		w->depth++;
		one = weigh_name(w, fd, e->d_name);
		w->depth--;
		w->len = before;
		w->path[before] = '\0';
		sum.files += one.files;
		sum.bytes += one.bytes;
	}
	if (w->report != NULL && is_heavy(w, &sum)) {
		es_printable(w->path, w->report->heavy, sizeof w->report->heavy);
		w->report->heavy_files = sum.files;
		w->report->heavy_bytes = sum.bytes;
		w->report = NULL;
	}
	return sum;
}

static struct weight weigh_all(int treefd, const struct es_manifest *manifest, struct weighing *w)
{
	struct weight sum = { 0, 0 };

	for (unsigned i = 0; i < manifest->path_count; i++) {
		struct weight one;

		w->len = (size_t)snprintf(w->path, sizeof w->path, "%s", manifest->paths[i]);
		w->depth = es_path_depth(manifest->paths[i] + 1);
		one = weigh_folder(w, treefd, manifest->paths[i] + 1);
		sum.files += one.files;
		sum.bytes += one.bytes;
	}
	return sum;
}

void es_tree_weigh(int treefd, const struct es_manifest *manifest, struct es_pack_report *report)
{
	struct weighing w = { .report = NULL };
	struct weight all = weigh_all(treefd, manifest, &w);

	report->heavy[0] = '\0';
	if (all.files > ES_ENTRIES_MAX)
		w.half.files = (all.files + 1) / 2;
	else
		w.half.bytes = (all.bytes + 1) / 2;
	w.report = report;
	if (all.files > 0)
		(void)weigh_all(treefd, manifest, &w);
}
