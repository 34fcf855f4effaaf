/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/adopted.h"

#include "keys/adopt/list.h"
#include "keys/core/labels.h"
#include "keys/host/state.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void list_path(const struct es_host *host, char ret[static ES_PATH_TEXT + 32])
{
	snprintf(ret, ES_PATH_TEXT + 32, "%s/ram/" ES_ADOPTED_NAME, host->run_dir);
}

enum es_reason es_host_adopted(struct es_host *host, struct es_buf *ret)
{
	char path[ES_PATH_TEXT + 32];
	enum es_reason r;

	list_path(host, path);
	r = es_file_read(AT_FDCWD, path, ES_ADOPTED_MAX, ret);
	if (r != ES_MISSING)
		return r == ES_OK ? r : es_host_refuse(host, r, "%s", path);
	*ret = (struct es_buf){ NULL, 0 };
	return ES_OK;
}

enum es_reason es_host_set_adopted(struct es_host *host, struct es_span text)
{
	char path[ES_PATH_TEXT + 32];
	enum es_reason r;

	list_path(host, path);
	r = es_file_write(AT_FDCWD, path, text);
	return r == ES_OK ? r : es_host_refuse(host, r, "%s", path);
}

/* Only if the boot helper mounted something there: an empty folder would look like a root file system without
 * secrets. */
static int mounted_by_helper(const struct es_host *host)
{
	char path[ES_PATH_TEXT + 32];
	struct stat here, there;
	ES_FD fd = -1;
	int found;

	snprintf(path, sizeof path, "%s/" ES_BELOW_NAME, host->run_dir);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &there) < 0 || stat(host->run_dir, &here) < 0 || here.st_dev == there.st_dev)
		return -1;
	found = fd;
	fd = -1;
	return found;
}

enum es_reason es_host_below(struct es_host *host, int *ret_fd)
{
	int tree, fd = mounted_by_helper(host);

	if (fd < 0) {
		tree = open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (tree < 0)
			return es_host_refuse(host, es_reason_from_errno(errno),
					      "a second mount of the root file system");
		/* An O_PATH descriptor can't be read; a folder opened through it keeps the mount. */
		fd = openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		es_fd_closep(&tree);
	}
	if (fd < 0)
		return es_host_refuse(host, es_reason_from_errno(errno),
				      "the root file system below the configuration");
	*ret_fd = fd;
	return ES_OK;
}
