/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/run.h"

#include "initrd/fd.h"
#include "initrd/finish.h"
#include "keys/core/labels.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

static int open_folder(int dirfd, const char *name)
{
	return openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum es_reason es_run_make(const char *path, struct es_run *run)
{
	ES_FD dir = -1;
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return es_reason_from_errno(errno);
	dir = open_folder(AT_FDCWD, path);
	if (dir < 0 && errno != ENOTDIR && errno != ELOOP)
		return es_reason_from_errno(errno);
	if (dir < 0 || fstat(dir, &st) < 0 || st.st_uid != geteuid()) {
		snprintf(run->notes.why, sizeof run->notes.why, "it isn't a folder that belongs to root");
		return ES_IO;
	}
	if (fchmod(dir, 0700) < 0)
		return es_reason_from_errno(errno);
	run->dir = es_fd_take(&dir);
	return ES_OK;
}

/* Half of the memory, but at most the size to which an archive may unpack: a full tmpfs must not take the host down. */
static uint64_t ram_size(void)
{
	struct sysinfo info;
	uint64_t half;

	if (sysinfo(&info) < 0)
		return ES_UNPACKED_MAX / 8;
	half = (uint64_t)info.totalram * info.mem_unit / 2;
	return half < ES_UNPACKED_MAX ? half : ES_UNPACKED_MAX;
}

static enum es_reason mount_ram(struct es_run *run, int *ret_fd)
{
	char size[24];
	const struct es_mount_option options[] = {
		{ .name = "source", .value = "etcseal" },
		{ .name = "mode", .value = "0700" },
		{ .name = "size", .value = size },
		{ .name = "noswap", .optional = true }, /* Linux 6.4 */
	};
	/* Not noexec: /etc contains scripts. Whiteouts are devices, but nobody opens them as such, so nodev works. */
	const struct es_mount_request request = {
		.type = "tmpfs",
		.options = options,
		.option_count = sizeof options / sizeof *options,
		.attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
	};
	enum es_reason r;

	snprintf(size, sizeof size, "%" PRIu64, ram_size());
	r = es_mount_new(&request, ret_fd, &run->notes);
	run->may_swap = run->notes.left_out != NULL;
	return r;
}

enum es_reason es_run_mount_ram(struct es_run *run)
{
	ES_FD point = -1, ram = -1, tree = -1;
	struct stat here, there;
	enum es_reason r;

	es_run_drop(run);
	if (mkdirat(run->dir, "ram", 0700) < 0 && errno != EEXIST)
		return es_reason_from_errno(errno);
	point = open_folder(run->dir, "ram");
	if (point < 0 || fstat(point, &there) < 0 || fstat(run->dir, &here) < 0)
		return es_reason_from_errno(errno);
	if (here.st_dev != there.st_dev) {
		snprintf(run->notes.why, sizeof run->notes.why,
			 "ram/ is already mounted: unlock runs only once in a boot");
		return ES_IO;
	}
	r = mount_ram(run, &ram);
	if (r != ES_OK)
		return r;
	if (mkdirat(ram, "tree", 0755) < 0 || fchmodat(ram, "tree", 0755, 0) < 0 || mkdirat(ram, "work", 0700) < 0)
		return es_reason_from_errno(errno);
	tree = open_folder(ram, "tree");
	if (tree < 0)
		return es_reason_from_errno(errno);
	r = es_mount_attach(ram, point);
	if (r != ES_OK)
		return r;
	run->ram = es_fd_take(&ram);
	run->tree = es_fd_take(&tree);
	return ES_OK;
}

void es_run_drop(struct es_run *run)
{
	es_fd_closep(&run->tree);
	if (run->ram >= 0)
		es_mount_remove(run->ram);
	es_fd_closep(&run->ram);
}

enum es_reason es_run_write_record(const struct es_run *run, const struct es_boot_record *record)
{
	ES_BUF json = { 0 };
	enum es_reason r = es_boot_record_write(record, &json);

	if (r != ES_OK)
		return r;
	return es_file_write(run->dir, ES_BOOT_JSON, es_buf_span(&json));
}

enum es_reason es_run_write_vendor(const struct es_run *run, struct es_span public_key, struct es_span signature)
{
	enum es_reason r = ES_OK;

	if (public_key.len > 0)
		r = es_file_write(run->dir, ES_RUN_PUBLIC_KEY_NAME, public_key);
	if (r == ES_OK && signature.len > 0)
		r = es_file_write(run->dir, ES_RUN_SIGNATURE_NAME, signature);
	return r;
}

enum es_reason es_run_write_adopted(const struct es_run *run, struct es_span list, bool may_remove)
{
	enum es_reason r = ES_OK;

	if (list.len > 0)
		r = es_file_write(run->ram, ES_ADOPTED_NAME, list);
	if (r == ES_OK && list.len > 0 && may_remove)
		r = es_file_write(run->dir, ES_FINISH_MAY_REMOVE, es_text_span(""));
	return r;
}

void es_run_close(struct es_run *run)
{
	es_fd_closep(&run->tree);
	es_fd_closep(&run->ram);
	es_fd_closep(&run->dir);
}

enum es_reason es_run_open(const char *path, struct es_run *run, struct es_boot_record *ret_record)
{
	ES_FD dir = open_folder(AT_FDCWD, path);
	ES_FD ram = -1, tree = -1;
	ES_BUF json = { 0 };
	struct es_boot_record record;
	enum es_reason r;

	if (dir < 0)
		return es_reason_from_errno(errno);
	r = es_file_read(dir, ES_BOOT_JSON, ES_BOOT_JSON_MAX, &json);
	if (r != ES_OK)
		return r;
	r = es_boot_record_parse(es_buf_span(&json), &record);
	if (r != ES_OK)
		return r;
	if (record.state != ES_BOOT_LOCKED) {
		ram = open_folder(dir, "ram");
		tree = ram < 0 ? -1 : open_folder(ram, "tree");
		if (tree < 0)
			return es_reason_from_errno(errno);
	}
	run->dir = es_fd_take(&dir);
	run->ram = es_fd_take(&ram);
	run->tree = es_fd_take(&tree);
	*ret_record = record;
	return ES_OK;
}
