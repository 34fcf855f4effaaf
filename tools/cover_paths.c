/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cover_paths.h"

#include "keys/core/labels.h"
#include "keys/store/coverable.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"
#include "keys/survey/elsewhere.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* All that is covered is in RAM, and in each save. */
#define PRESET_MAX ((uint64_t)16 << 20)

enum { WHY = 3 * ES_MOUNT_TEXT };

const char es_cover_late_words[] =
    "What is in a path that is covered from the next start on is in the clear until it is adopted: by `etcseal watch`\n"
    "after that start, if this host has adopted anything before, otherwise by `etcseal adopt`.";

struct judge {
	const struct es_args *args;
	const struct es_boot_record *boot;
	int root;
	struct es_buf mounts, early, fstab;
	struct es_cover_list *list;
};

static void judge_free(struct judge *j)
{
	es_fd_closep(&j->root);
	es_buf_free(&j->mounts);
	es_buf_free(&j->early);
	es_buf_free(&j->fstab);
}

/* Without the helper's list, as an older one leaves none, nothing but the root file system counts as mounted early. */
static bool judge_open(struct judge *j)
{
	const struct es_host_request at = es_host_request_of(j->args);
	char path[ES_PATH_TEXT + 16];

	snprintf(path, sizeof path, "%s/" ES_MOUNTS_NAME, at.run_dir != NULL ? at.run_dir : ES_RUN_DIR);
	j->root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (es_file_read(AT_FDCWD, path, ES_MOUNTS_MAX, &j->early) != ES_OK)
		j->early = (struct es_buf){ NULL, 0 };
	if (es_file_read(AT_FDCWD, "/etc/fstab", ES_MOUNTS_MAX, &j->fstab) != ES_OK)
		j->fstab = (struct es_buf){ NULL, 0 };
	return j->root >= 0 && es_mounts_read(&j->mounts) == ES_OK;
}

static bool is_covered_now(const struct judge *j, const char *path)
{
	return j->boot != NULL && es_path_is_covered(path, j->boot->path_count, j->boot->paths);
}

/* Whether the path can be covered; if not, why, and what to do. */
static enum es_coverable judge(const struct judge *j, const char *path, char ret_why[static WHY])
{
	const struct es_coverable_request request = {
		.root = j->root,
		.path = path,
		.mounts = es_buf_span(&j->mounts),
		.early = es_buf_span(&j->early),
		.fstab = es_buf_span(&j->fstab),
	};
	struct es_coverable_found found;
	enum es_coverable result;

	ret_why[0] = '\0';
	if (is_covered_now(j, path))
		return ES_COVERABLE_YES;
	result = es_coverable(&request, &found);
	if (result == ES_COVERABLE_MISSING || result == ES_COVERABLE_KIND)
		snprintf(ret_why, WHY, "it isn't a folder or a regular file");
	else if (result == ES_COVERABLE_LINK)
		snprintf(ret_why, WHY, "it leads through a symlink; name %s instead", found.real);
	else if (result == ES_COVERABLE_LATE)
		snprintf(ret_why, WHY,
			 "it is on another file system (%s at %s), which isn't mounted yet when the configuration is. "
			 "Encrypt that file system, or have the initramfs mount it (x-initrd.mount in /etc/fstab, if "
			 "systemd runs the initramfs; initramfs-tools mounts / and /usr only)",
			 found.on.type[0] != '\0' ? found.on.type : "by /etc/fstab", found.on.point);
	es_replace_controls(ret_why);
	return result;
}

static bool may_cover(enum es_coverable result)
{
	return result == ES_COVERABLE_YES || result == ES_COVERABLE_SEPARATE;
}

static enum es_exit add(struct judge *j, const char *path)
{
	struct es_cover_list *list = j->list;

	for (unsigned i = 0; i < list->count; i++)
		if (es_path_within(path, list->path[i]))
			return ES_EXIT_DONE;
	if (list->count == ES_PATHS_MAX)
		return es_usage_error(j->args, "more than %d paths", ES_PATHS_MAX);
	list->late |= !is_covered_now(j, path);
	list->path[list->count++] = path;
	list->path[list->count] = NULL;
	return ES_EXIT_DONE;
}

static enum es_exit add_given(struct judge *j)
{
	enum es_exit status = ES_EXIT_DONE;
	char why[WHY];
	const char *path;

	for (unsigned i = 0; status == ES_EXIT_DONE && (path = es_arg_at(j->args, "path", i)) != NULL; i++) {
		if (es_covered_path_check(path) != ES_OK)
			return es_usage_error(j->args, "%s isn't an absolute path without dots", path);
		if (!may_cover(judge(j, path, why)))
			return es_usage_error(j->args, "%s can't be covered: %s", path, why);
		status = add(j, path);
	}
	return status;
}

static enum es_exit add_preset(struct judge *j)
{
	enum es_exit status = ES_EXIT_DONE;
	char why[WHY], size[ES_SIZE_TEXT];
	const char *path;

	for (unsigned i = 0; status == ES_EXIT_DONE && (path = es_preset_path(i)) != NULL; i++) {
		enum es_coverable result = judge(j, path, why);
		uint64_t bytes = may_cover(result) ? es_coverable_size(j->root, path, 1 << 30) : 0;

		if (result == ES_COVERABLE_MISSING)
			continue;
		if (!may_cover(result)) {
			es_warn("%s isn't covered: %s", path, why);
		} else if (bytes > PRESET_MAX && !is_covered_now(j, path)) {
			es_size_words(bytes, size);
			es_warn("%s isn't covered: it holds %s, and all that is covered is kept in RAM. Name it with "
				"--path to cover it all the same",
				path, size);
		} else {
			status = add(j, path);
		}
	}
	return status;
}

enum es_exit es_cover_paths(const struct es_args *args, const struct es_host *host, struct es_cover_list *ret)
{
	struct es_cover_list list = { .count = 0 };
	ES_SCOPED(judge_free) struct judge j = { .args = args, .boot = es_host_boot(host), .root = -1, .list = &list };
	enum es_exit status = ES_EXIT_DONE;

	if (!es_arg_given(args, "path") && !es_arg_given(args, "path-preset")) {
		*ret = list;
		return status;
	}
	if (!judge_open(&j))
		return es_fail(args, ES_IO, "the list of mounts");
	status = add_given(&j);
	if (status == ES_EXIT_DONE && es_arg_given(args, "path-preset"))
		status = add_preset(&j);
	if (status == ES_EXIT_DONE)
		*ret = list;
	return status;
}
