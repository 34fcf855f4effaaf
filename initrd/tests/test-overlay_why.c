/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays that the kernel really refuses, and its words where this kernel has no reason to say them. */
#include "initrd/overlay_why.h"

#include "initrd/fd.h"
#include "initrd/overlay.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static int open_in(void **state, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static enum es_reason cover(void **state, struct es_mount_notes *notes)
{
	ES_FD root = open_in(state, "root");
	ES_FD tree = open_in(state, "ram/tree");
	ES_FD work = open_in(state, "ram/work");
	const struct es_overlay_request request = { .root = root, .tree = tree, .work = work, .path = "/etc" };
	struct es_overlay overlay = ES_OVERLAY_NONE;
	enum es_reason r = es_overlay_make(&request, &overlay, notes);

	es_overlay_close(&overlay);
	return r;
}

/* root/ is an overlay; with `nested` it is on top of another. */
static void make_root(void **state, bool nested)
{
	shell_ok("mkdir -p image/etc one/up one/work two/up two/work middle root ram/tree ram/work");
	if (nested) {
		shell_ok("mount -t overlay a -o lowerdir=image,upperdir=one/up,workdir=one/work middle && "
			 "mount -t overlay b -o lowerdir=middle,upperdir=two/up,workdir=two/work root");
		return;
	}
	shell_ok("mount -t overlay a -o lowerdir=image,upperdir=one/up,workdir=one/work root");
}

static void F10_a_root_that_is_an_overlay_can_be_covered(void **state)
{
	struct es_mount_notes notes;

	make_root(state, false);
	assert_int_equal(cover(state, &notes), ES_OK);
	shell_ok("umount root");
}

static void F10_a_root_that_is_an_overlay_on_an_overlay_is_said_to_be(void **state)
{
	struct es_mount_notes notes;

	make_root(state, true);
	assert_int_not_equal(cover(state, &notes), ES_OK);
	assert_non_null(
	    strstr(notes.why, "already an overlay on an overlay, and the kernel doesn't allow a third one"));
	assert_non_null(strstr(notes.next, "Boot from a root file system that isn't stacked"));
	assert_null(strstr(notes.why, "Invalid argument"));
	shell_ok("umount root && umount middle");
}

/* The same where nobody may read the kernel's log. */
static void F10_without_the_kernels_log_the_file_system_is_looked_at(void **state)
{
	struct es_mount_notes notes = { .why = "Invalid argument", .error = EINVAL };
	ES_FD lower = -1;

	make_root(state, true);
	lower = open_in(state, "root/etc");
	es_overlay_explain(-1, lower, &notes);
	assert_non_null(strstr(notes.why, "an overlay on an overlay"));
	es_fd_closep(&lower);
	shell_ok("umount root && umount middle");
}

static void F10_a_kernel_without_overlays_is_said_to_be(void **state)
{
	const struct es_mount_request request = { .type = "no-such-file-system" };
	struct es_mount_notes notes;
	int fd;

	(void)state;
	assert_int_not_equal(es_mount_new(&request, &fd, &notes), ES_OK);
	assert_int_equal(notes.error, ENODEV);
	es_overlay_explain(-1, -1, &notes);
	assert_string_equal(notes.why, "this kernel has no overlay file system");
	assert_non_null(strstr(notes.next, "Add the module overlay to the initramfs"));
}

/* What other kernels and file systems lead to, as the kernel words it. */
static void F10_each_of_the_kernels_words_has_ours(void **state)
{
	static const struct {
		const char *said, *why;
	} rows[] = {
		{ "maximum fs stacking depth exceeded", "an overlay on an overlay" },
		{ "filesystem on /proc/self/fd/9 not supported as upperdir", "as an overlay's upper layer" },
		{ "filesystem on /proc/self/fd/9 not supported", "over the root file system's type" },
		{ "case-insensitive capable filesystem on /x not supported", "root file system is case-insensitive" },
		{ "upper fs missing required features.", "lacks a feature" },
		{ "upper fs does not support xattr, falling back to index=off", "no extended attributes" },
		{ "upperdir is in-use as upperdir/workdir of another mount", "part of another overlay" },
		{ "overlapping lowerdir path", "contain each other" },
		{ "unrecognized mount option \"metacopy=off\" or missing value", "lacks a required option" },
		{ "Unknown parameter 'redirect_dir'", "lacks a required option" },
	};
	char path[256];

	snprintf(path, sizeof path, "%s/log", (const char *)*state);
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		struct es_mount_notes notes = { .error = EINVAL };
		ES_FD log = -1;

		snprintf(notes.why, sizeof notes.why, "%s", i % 2 == 0 ? rows[i / 2].said : "Invalid argument");
		if (i % 2 == 1) { /* as a record of the kernel's log */
			FILE *f = fopen(path, "we");

			assert_non_null(f);
			fprintf(f, "3,1234,5678,-;overlayfs: %s\n", rows[i / 2].said);
			fclose(f);
			log = open(path, O_RDONLY | O_CLOEXEC);
		}
		es_overlay_explain(log, -1, &notes);
		if (strstr(notes.why, rows[i / 2].why) == NULL || notes.next == NULL)
			fail_msg("%s: %s", rows[i / 2].said, notes.why);
	}
}

static void what_is_not_known_is_passed_on_as_the_kernel_says_it(void **state)
{
	struct es_mount_notes notes = { .why = "Stale file handle", .error = ESTALE };
	char path[256];
	ES_FD log = -1;

	shell_ok("printf '3,1,1,-;overlayfs: something new (%%%%d)\\n' >log");
	snprintf(path, sizeof path, "%s/log", (const char *)*state);
	log = open(path, O_RDONLY | O_CLOEXEC);
	es_overlay_explain(log, -1, &notes);
	assert_string_equal(notes.why, "the kernel says: something new (%d)");
	notes = (struct es_mount_notes){ .why = "Stale file handle", .error = ESTALE };
	es_overlay_explain(-1, -1, &notes);
	assert_string_equal(notes.why, "Stale file handle");
	assert_non_null(strstr(notes.next, "dmesg"));
}

int main(void)
{
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, mounts_folder_make, mounts_folder_remove)
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(F10_a_root_that_is_an_overlay_can_be_covered),
		IN_FOLDER(F10_a_root_that_is_an_overlay_on_an_overlay_is_said_to_be),
		IN_FOLDER(F10_without_the_kernels_log_the_file_system_is_looked_at),
		cmocka_unit_test(F10_a_kernel_without_overlays_is_said_to_be),
		IN_FOLDER(F10_each_of_the_kernels_words_has_ours),
		IN_FOLDER(what_is_not_known_is_passed_on_as_the_kernel_says_it),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
