/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/below.h"

#include "initrd/fd.h"
#include "initrd/finish.h"
#include "initrd/root.h"
#include "keys/adopt/remove.h"
#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum es_reason es_below_show(const struct es_run *run, int root)
{
	ES_FD point = -1, clone = -1;
	struct stat here, there;
	enum es_reason r;

	if (mkdirat(run->dir, ES_BELOW_NAME, 0700) < 0 && errno != EEXIST)
		return es_reason_from_errno(errno);
	point = openat(run->dir, ES_BELOW_NAME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (point < 0 || fstat(point, &there) < 0 || fstat(run->dir, &here) < 0)
		return es_reason_from_errno(errno);
	if (here.st_dev != there.st_dev)
		return ES_OK;
	r = es_root_clone(root, MOUNT_ATTR_RDONLY, 0, &clone);
	return r == ES_OK ? es_mount_attach(clone, point) : r;
}

bool es_layer_path(const char *path, int fd)
{
	struct stat want, have;

	return strpbrk(path, ":,\\") == NULL && fstat(fd, &want) == 0 && lstat(path, &have) == 0 &&
	       want.st_dev == have.st_dev && want.st_ino == have.st_ino;
}

bool es_below_path(const char *run_dir, int root, int target, char ret[static ES_BELOW_PATH])
{
	char top[ES_ROOT_PATH], path[ES_ROOT_PATH];
	size_t len;

	if (!es_root_path(root, top) || !es_root_path(target, path))
		return false;
	len = strcmp(top, "/") == 0 ? 0 : strlen(top);
	return strncmp(path, top, len) == 0 && path[len] == '/' &&
	       snprintf(ret, ES_BELOW_PATH, "%s/" ES_BELOW_NAME "%s", run_dir, path + len) < ES_BELOW_PATH &&
	       es_layer_path(ret, target);
}

static void report(const struct es_say *say, const struct es_remove_report *done)
{
	uint64_t left = done->changed + done->linked + done->failed;

	if (done->removed > 0)
		es_say(say, ES_SAY_INFO,
		       "removed %" PRIu64 " file%s from below the configuration; the configuration has %s",
		       done->removed, done->removed == 1 ? "" : "s", done->removed == 1 ? "it" : "them");
	if (done->removed > 0 && !done->discarded)
		es_say(say, ES_SAY_INFO,
		       "this disk doesn't discard free blocks: earlier copies may be left in them; etcseal(8), AN "
		       "INITRAMFS "
		       "THAT HAD SECRETS, says how to overwrite them");
	if (left == 0)
		return;
	es_say(say, ES_SAY_WARNING,
	       "%" PRIu64 " adopted files stay in the clear below the configuration (%" PRIu64
	       " changed since, %" PRIu64 " have another name, %" PRIu64
	       " failed%s%s): %s%s. `etcseal below` lists them",
	       left, done->changed, done->linked, done->failed, done->failed > 0 ? ": " : "",
	       done->failed > 0 ? es_reason_words(done->why)->what : "", done->named[0], left > 1 ? ", …" : "");
}

struct removal {
	const struct es_remove_request *request;
	struct es_remove_report *report;
};

static enum es_reason remove_now(int root, void *context)
{
	const struct removal *removal = context;
	struct es_remove_request on_clone = *removal->request;

	on_clone.root = root;
	return es_remove(&on_clone, removal->report);
}

void es_below_clear(const struct es_say *say, const struct es_run *run, const struct es_boot_record *record, int root)
{
	ES_BUF text = { NULL, 0 };
	ES_ADOPTED adopted = { 0 };
	struct es_remove_request request = {
		.root = root,
		.adopted = &adopted,
		.path_count = record->path_count,
		.paths = record->paths,
	};
	struct es_remove_report done = { 0 };
	enum es_reason r = es_file_read(run->ram, ES_ADOPTED_NAME, ES_ADOPTED_MAX, &text);

	if (r == ES_MISSING)
		return;
	if (r == ES_OK)
		r = es_adopted_parse(es_buf_span(&text), &adopted);
	if (r == ES_OK && !es_remove_needed(&request))
		return;
	if (r == ES_OK && faccessat(run->dir, ES_FINISH_MAY_REMOVE, F_OK, 0) < 0) {
		es_say(
		    say, ES_SAY_WARNING,
		    "adopted files are still in the clear below the configuration; a start that opens automatically, "
		    "with both banks complete, removes them");
		return;
	}
	if (r == ES_OK)
		r = es_root_write(root, remove_now, &(struct removal){ &request, &done });
	report(say, &done);
	if (r != ES_OK && done.failed == 0)
		es_say(say, ES_SAY_WARNING, "adopted files stay in the clear below the configuration: %s. %s",
		       es_reason_words(r)->what, "The next start tries again");
}
