/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing the files of the verbs for boot images. */
#include "tools/image.h"

#include "keys/store/file.h"
#include "tools/unsafe_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	INPUT_MAX = 1 << 30, /* an image is in memory twice, and must fit below 4 GiB at boot */
	WHAT_TEXT = PATH_MAX + 160,
};

static enum es_exit fail_file(const struct es_args *args, enum es_reason reason, const char *path, const char *why)
{
	char what[WHAT_TEXT];

	snprintf(what, sizeof what, "%s%s%s", path, why[0] != '\0' ? " " : "", why);
	return es_fail(args, reason, what);
}

enum es_exit es_image_read(const struct es_args *args, const char *path, struct es_buf *ret)
{
	ES_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ES_BUF b = { NULL, 0 };
	struct stat st;
	enum es_reason r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_file(args, es_reason_from_errno(errno), path, "");
	if (S_ISDIR(st.st_mode))
		return fail_file(args, ES_NOT_A_FILE, path, "is a folder");
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return fail_file(args, ES_NOT_A_FILE, path, "is a device");
	if (st.st_size > INPUT_MAX)
		return fail_file(args, ES_IMAGE_TOO_LARGE, path, "is larger than 1 GiB");
	r = es_fd_read(fd, (size_t)st.st_size, INPUT_MAX, &b);
	if (r == ES_TOO_LARGE)
		return fail_file(args, ES_IMAGE_TOO_LARGE, path, "is larger than 1 GiB");
	if (r != ES_OK)
		return fail_file(args, r, path, "");
	if (b.len == 0)
		return fail_file(args, ES_EMPTY_FILE, path, "");
	*ret = es_buf_take(&b);
	return ES_EXIT_DONE;
}

static void warn_of_others(const struct es_path_fault *fault)
{
	char what[ES_PATH_WORDS], next[ES_PATH_WORDS];

	if (fault->kind == ES_PATH_OK)
		return;
	es_path_words(fault, what, next);
	es_warn("%s: an image there may be replaced by another before it is booted", what);
}

/* Follows the caller's own symlinks, for example to the image that a boot loader starts; nobody else can redirect
 * it. */
enum es_exit es_image_write(const struct es_args *args, const char *path, struct es_span data)
{
	ES_PLACE_AT at = ES_PLACE_AT_NONE;
	struct es_path_fault fault;
	enum es_reason r = es_path_walk(path, ES_PATH_PUBLIC, &at, &fault);
	struct stat st;
	ES_FD dir = -1;
	bool there;

	if (r == ES_UNSAFE_PATH)
		return es_fail_path(args, r, path, &fault);
	if (r != ES_OK)
		return fail_file(args, r, fault.where, r == ES_ARGUMENT ? "isn't a folder" : "");
	warn_of_others(&fault);
	there = fstatat(at.dirfd, at.base, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (there && S_ISDIR(st.st_mode))
		return fail_file(args, ES_ARGUMENT, path, "is a folder; name the file in it");
	if (there && !S_ISREG(st.st_mode))
		return fail_file(args, ES_ARGUMENT, path, "isn't a regular file, so it can't be replaced");
	if (path[strlen(path) - 1] == '/' || strlen(at.base) > ES_FILE_NAME_MAX)
		return fail_file(args, ES_ARGUMENT, path, "isn't a valid file name");
	dir = openat(at.dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* at.dirfd is O_PATH, which can't be synced */
	r = dir >= 0 ? es_file_write(dir, at.base, data) : es_reason_from_errno(errno);
	if (r == ES_OK)
		r = es_folder_sync(dir);
	return r == ES_OK ? ES_EXIT_DONE : fail_file(args, r, path, "");
}

static enum es_exit parse(const struct es_args *args, const char *path, struct es_buf *bytes, struct es_image *ret)
{
	ES_IMAGE image = { .bytes = es_buf_take(bytes) };
	enum es_reason r = es_pe_open(es_buf_span(&image.bytes), ES_PE_FILE, &image.pe);

	if (r == ES_VERSION)
		return fail_file(args, ES_PART_UNSUPPORTED, path, "");
	if (r != ES_OK)
		return fail_file(args, ES_IMAGE_KIND, path, "isn't an EFI program, or it is truncated");
	r = es_uki_find(&image.pe, ES_PE_FILE, &image.uki);
	if (r != ES_OK && r != ES_MISSING)
		return fail_file(args, ES_IMAGE_KIND, path,
				 "has a duplicate section, or one that is shorter on disk than in memory");
	image.missing = r == ES_MISSING;
	*ret = image;
	image.bytes = (struct es_buf){ NULL, 0 };
	return ES_EXIT_DONE;
}

enum es_exit es_image_open(const struct es_args *args, const char *path, struct es_image *ret)
{
	ES_BUF bytes = { NULL, 0 };
	enum es_exit failed = es_image_read(args, path, &bytes);

	return failed == ES_EXIT_DONE ? parse(args, path, &bytes, ret) : failed;
}

enum es_exit es_image_parse_next(const struct es_args *args, const char *path, struct es_buf *bytes,
				 struct es_image *ret)
{
	char missing[ES_IMAGE_MISSING_TEXT], what[PATH_MAX + 128];
	ES_IMAGE image = { 0 };
	enum es_exit failed = parse(args, path, bytes, &image);

	if (failed != ES_EXIT_DONE)
		return failed;
	if (image.missing) {
		es_image_missing_words(&image.uki, missing);
		snprintf(what, sizeof what, "%s lacks%s: the stub would refuse to start it", path, missing);
		return es_fail(args, ES_IMAGE_KIND, what);
	}
	*ret = image;
	image.bytes = (struct es_buf){ NULL, 0 };
	return ES_EXIT_DONE;
}

enum es_exit es_image_open_next(const struct es_args *args, const char *path, struct es_image *ret)
{
	ES_BUF bytes = { NULL, 0 };
	enum es_exit failed = es_image_read(args, path, &bytes);

	return failed == ES_EXIT_DONE ? es_image_parse_next(args, path, &bytes, ret) : failed;
}

void es_image_close(struct es_image *image)
{
	es_buf_free(&image->bytes);
}

const char *es_image_machine(const struct es_pe *pe)
{
	return pe->machine == ES_PE_MACHINE_ARM64 ? "arm64" : "x86-64";
}

void es_image_missing_words(const struct es_uki *uki, char ret[static ES_IMAGE_MISSING_TEXT])
{
	static const enum es_uki_section needed[] = { ES_UKI_LINUX, ES_UKI_INITRD, ES_UKI_CMDLINE };
	size_t n = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!uki->present[needed[i]])
			n += (size_t)snprintf(ret + n, ES_IMAGE_MISSING_TEXT - n, " %s",
					      es_uki_section_names[needed[i]]);
}
