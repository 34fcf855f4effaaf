/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/overlay.h"

#include "initrd/below.h"
#include "initrd/fd.h"
#include "initrd/mount.h"
#include "initrd/overlay_why.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

enum { PATH_TEXT = 256 };

static enum es_reason open_target(const struct es_overlay_request *request, int *ret, struct es_mount_notes *notes)
{
	int fd =
	    es_open_how(request->root, request->path, O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);

	if (fd >= 0) {
		*ret = fd;
		return ES_OK;
	}
	if (errno == ENOENT)
		notes->next = "Make the folder from a rescue system, empty, and start again";
	return es_mount_fail(notes, errno == ENOTDIR ? "only a folder or a regular file can be covered"
						     : "no such folder on the root file system");
}

/* The first time a path is covered the tree is empty: makes the folder, with the owner and mode of the one it will
 * hide. */
static enum es_reason make_upper(const struct es_overlay_request *request, int target, struct es_mount_notes *notes)
{
	ES_FD parent = fcntl(request->tree, F_DUPFD_CLOEXEC, 0);
	char path[PATH_TEXT], *rest = path;
	struct stat like;

	if (parent < 0 || fstat(target, &like) < 0)
		return es_mount_fail(notes, "the tree in RAM");
	snprintf(path, sizeof path, "%s", request->path + 1);
	for (;;) {
		char *slash = strchr(rest, '/');
		int fd;

		if (slash != NULL)
			*slash = '\0';
		if (mkdirat(parent, rest, 0755) < 0 && errno != EEXIST)
			return es_mount_fail(notes, "the tree in RAM");
		fd = openat(parent, rest, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return es_mount_fail(notes, "the tree in RAM");
		es_fd_closep(&parent);
		parent = fd;
		if (slash == NULL)
			break;
		rest = slash + 1;
	}
	/* Owner first: changing it clears mode bits. */
	if (fchown(parent, like.st_uid, like.st_gid) < 0 || fchmod(parent, like.st_mode & 07777) < 0)
		return es_mount_fail(notes, "the tree in RAM");
	return ES_OK;
}

static enum es_reason open_upper(const struct es_overlay_request *request, int target, int *ret,
				 struct es_mount_notes *notes)
{
	const uint64_t beneath = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
	int fd = es_open_how(request->tree, request->path + 1, O_PATH | O_DIRECTORY, beneath);
	enum es_reason r;

	if (fd < 0 && errno == ENOENT) {
		r = make_upper(request, target, notes);
		if (r != ES_OK)
			return r;
		fd = es_open_how(request->tree, request->path + 1, O_PATH | O_DIRECTORY, beneath);
	}
	if (fd < 0)
		return es_mount_fail(notes, "the tree in RAM");
	*ret = fd;
	return ES_OK;
}

static enum es_reason open_work(const struct es_overlay_request *request, int *ret, struct es_mount_notes *notes)
{
	char name[16];
	int fd;

	snprintf(name, sizeof name, "%u", request->number);
	if (mkdirat(request->work, name, 0700) < 0 && errno != EEXIST)
		return es_mount_fail(notes, "the work folder in RAM");
	fd = openat(request->work, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return es_mount_fail(notes, "the work folder in RAM");
	*ret = fd;
	return ES_OK;
}

struct layers {
	int lower, upper, work;
};

/* The kernel shows these paths in the list of mounts, so they should be ones that an administrator finds. They are only
 * used if they lead to the very folders that are open. */
static void name_layers(const struct es_overlay_request *request, const struct layers *at,
			char lower[static ES_BELOW_PATH], char upper[static ES_BELOW_PATH],
			char work[static ES_BELOW_PATH])
{
	const char *run_dir = request->run_dir != NULL ? request->run_dir : "";

	if (request->run_dir == NULL || !es_below_path(run_dir, request->root, at->lower, lower))
		es_fd_path(at->lower, lower);
	if (snprintf(upper, ES_BELOW_PATH, "%s/ram/tree%s", run_dir, request->path) >= ES_BELOW_PATH ||
	    !es_layer_path(upper, at->upper))
		es_fd_path(at->upper, upper);
	if (snprintf(work, ES_BELOW_PATH, "%s/ram/work/%u", run_dir, request->number) >= ES_BELOW_PATH ||
	    !es_layer_path(work, at->work))
		es_fd_path(at->work, work);
}

/* Inherits the root file system's restrictions, except for read-only: writes go to RAM. */
static unsigned inherited(int target)
{
	struct statvfs st;
	unsigned attributes = 0;

	if (fstatvfs(target, &st) < 0)
		return 0;
	attributes |= st.f_flag & ST_NOSUID ? MOUNT_ATTR_NOSUID : 0;
	attributes |= st.f_flag & ST_NODEV ? MOUNT_ATTR_NODEV : 0;
	attributes |= st.f_flag & ST_NOEXEC ? MOUNT_ATTR_NOEXEC : 0;
	return attributes;
}

enum es_reason es_overlay_make(const struct es_overlay_request *request, struct es_overlay *ret,
			       struct es_mount_notes *notes)
{
	ES_FD target = -1, upper = -1, work = -1, log = -1;
	char lower_path[ES_BELOW_PATH], upper_path[ES_BELOW_PATH], work_path[ES_BELOW_PATH];
	/* The tree must be complete without the lower folder, because the tree alone is sealed. Redirects and
	 * metacopies depend on the lower folder, and an index keeps file handles of it. */
	const struct es_mount_option options[] = {
		{ .name = "source", .value = "etcseal" },    { .name = "lowerdir", .value = lower_path },
		{ .name = "upperdir", .value = upper_path }, { .name = "workdir", .value = work_path },
		{ .name = "redirect_dir", .value = "off" },  { .name = "metacopy", .value = "off" },
		{ .name = "index", .value = "off" },
	};
	struct es_mount_request mount = {
		.type = "overlay",
		.options = options,
		.option_count = sizeof options / sizeof *options,
	};
	enum es_reason r;

	*notes = (struct es_mount_notes){ 0 };
	r = open_target(request, &target, notes);
	if (r == ES_OK)
		r = open_upper(request, target, &upper, notes);
	if (r == ES_OK)
		r = open_work(request, &work, notes);
	if (r != ES_OK)
		return r;
	name_layers(request, &(struct layers){ target, upper, work }, lower_path, upper_path, work_path);
	mount.attributes = inherited(target);
	es_overlay_open_log(&log);
	r = es_mount_new(&mount, &ret->mount, notes);
	if (r != ES_OK)
		es_overlay_explain(log, target, notes);
	else
		ret->target = es_fd_take(&target);
	return r;
}

enum es_reason es_overlay_attach(const struct es_overlay *overlay)
{
	return es_mount_attach(overlay->mount, overlay->target);
}

void es_overlay_close(struct es_overlay *overlay)
{
	es_fd_closep(&overlay->mount);
	es_fd_closep(&overlay->target);
}
