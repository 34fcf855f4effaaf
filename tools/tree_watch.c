/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tree_watch.h"

#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/vfs.h>
#include <unistd.h>

static const uint64_t content_events = FAN_MODIFY | FAN_CLOSE_WRITE;
static const uint64_t name_events =
    FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_ATTRIB | FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ONDIR;

/* A covered path that isn't an overlay is the image's own folder, or a file of the tree itself: marking its file system
 * would report the events of a whole disk. */
static bool is_overlay(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == OVERLAYFS_SUPER_MAGIC;
}

static void watch_contents(struct es_tree_watch *c, const struct es_boot_record *boot)
{
	c->contents = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC | O_LARGEFILE);
	for (unsigned i = 0; c->contents >= 0 && i < boot->path_count; i++)
		if (is_overlay(boot->paths[i]) && fanotify_mark(c->contents, FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
								content_events, AT_FDCWD, boot->paths[i]) == 0)
			c->overlays++;
	if (c->overlays == 0)
		es_fd_closep(&c->contents);
}

static void watch_names(struct es_tree_watch *c)
{
	struct statfs fs;

	/* A file system that isn't ours alone would report everything else on it. */
	if (fstatfs(c->tree, &fs) < 0 || fs.f_type != TMPFS_MAGIC)
		return;
	c->names = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY);
	if (c->names >= 0 && fanotify_mark(c->names, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, name_events, c->tree, ".") < 0)
		es_fd_closep(&c->names);
}

enum es_reason es_tree_watch_open(const char *run_dir, const struct es_boot_record *boot, struct es_tree_watch *ret)
{
	struct es_tree_watch c = { .contents = -1, .names = -1 };
	char path[ES_PATH_TEXT + 16];

	snprintf(path, sizeof path, "%s/ram/tree", run_dir);
	c.tree = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c.tree < 0)
		return es_reason_from_errno(errno);
	watch_contents(&c, boot);
	watch_names(&c);
	c.stamp = es_tree_stamp(c.tree);
	*ret = c;
	return ES_OK;
}

void es_tree_watch_close(struct es_tree_watch *c)
{
	es_fd_closep(&c->contents);
	es_fd_closep(&c->names);
	es_fd_closep(&c->tree);
}

/* Events that contain names have any length, so the next one may be unaligned. */
static void close_files(const uint8_t *events, size_t len)
{
	struct fanotify_event_metadata e;

	while (len >= sizeof e) {
		memcpy(&e, events, sizeof e);
		if (e.event_len < sizeof e || e.event_len > len)
			return;
		if (e.fd >= 0)
			close(e.fd);
		events += e.event_len;
		len -= e.event_len;
	}
}

static bool drain(int group)
{
	uint8_t events[16 << 10];
	bool any = false;
	ssize_t n;

	while (group >= 0 && (n = read(group, events, sizeof events)) > 0) {
		any = true;
		close_files(events, (size_t)n);
	}
	return any;
}

bool es_tree_watch_drain(struct es_tree_watch *c)
{
	bool contents = drain(c->contents), names = drain(c->names);

	return contents || names;
}

bool es_tree_watch_walk(struct es_tree_watch *c)
{
	uint64_t stamp = es_tree_stamp(c->tree);
	bool differs = stamp != c->stamp || stamp == 0;

	c->stamp = stamp;
	return differs;
}
