/* SPDX-License-Identifier: Apache-2.0 */
/* What of a host's configuration is found in an initramfs: with a small root of its own, a dpkg database and all. */
#include "keys/image/files.h"

#include "keys/store/file.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define shell(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

/* root: a host; tree: what its initramfs is made of. */
static int setup(void **state)
{
	if (oracle_folder_make(state) != 0)
		return -1;
	return oracle_shell(
	    state,
	    "mkdir -p root/etc/modprobe.d root/etc/initramfs-tools/hooks root/etc/wifi root/var/lib/dpkg/info "
	    "root/usr/share/initramfs-tools/hooks tree/etc/modprobe.d tree/conf tree/cryptroot/keyfiles tree/usr/lib "
	    "&& "
	    "cd root && md5() { md5sum <\"$1\" | cut -d' ' -f1; } && "
	    "echo 'blacklist floppy' >etc/modprobe.d/shipped.conf && echo 'MODULES=most' "
	    ">etc/initramfs-tools/initramfs.conf && "
	    "{ echo Package: kmod; echo Conffiles:; echo \" /etc/modprobe.d/shipped.conf $(md5 "
	    "etc/modprobe.d/shipped.conf)\"; "
	    "echo; echo Package: tools; echo Conffiles:; "
	    "echo \" /etc/initramfs-tools/initramfs.conf $(md5 etc/initramfs-tools/initramfs.conf)\"; } "
	    ">var/lib/dpkg/status && "
	    "echo 'options lab secret=hunter2' >etc/modprobe.d/lab.conf && echo 'options lab depth=3' "
	    ">etc/modprobe.d/own.conf && "
	    "echo 'a network and its marker' >etc/wifi/net && echo nothing >etc/other && "
	    "printf '#!/bin/sh\\ncp /etc/wifi/net \"$DESTDIR/etc/wifi.conf\"\\n' >etc/initramfs-tools/hooks/wifi && "
	    "chmod 755 etc/initramfs-tools/hooks/wifi && "
	    "cd .. && cp root/etc/modprobe.d/* tree/etc/modprobe.d && cp root/etc/initramfs-tools/initramfs.conf "
	    "tree/conf && "
	    "cp root/etc/wifi/net tree/etc/wifi.conf && head -c 64 /dev/urandom >tree/cryptroot/keyfiles/root.key && "
	    ": >tree/etc/fstab && echo cache >tree/etc/ld.so.cache && echo program >tree/usr/lib/program && ln -s x "
	    "tree/etc/l");
}

static const char *const no_patterns[1];

/* Fills *c from what `part` names below the test's folder: a folder, or an initramfs. */
static const struct es_image_files *look(void **state, const char *part, struct es_image_files_request *request,
					 struct es_image_collector **c)
{
	static const char covered[1][ES_PATH_TEXT] = { "/etc" };
	const char *why = NULL;
	ES_FD folder = open(*state, O_RDONLY | O_DIRECTORY), dir = -1;

	request->rootfd = openat(folder, "root", O_RDONLY | O_DIRECTORY);
	request->paths = covered;
	request->path_count = 1;
	if (request->allowed == NULL)
		request->allowed = no_patterns;
	assert_int_equal(es_image_files_begin(request, c), ES_OK);
	dir = openat(folder, part, O_RDONLY | O_DIRECTORY);
	if (dir >= 0) {
		assert_int_equal(es_image_files_folder(*c, dir), ES_OK);
	} else {
		ES_BUF bytes = oracle_read(state, part);

		assert_int_equal(es_image_files_initrd(*c, es_buf_span(&bytes), &why), ES_OK);
	}
	return es_image_files_finish(*c);
}

static const struct es_image_file *file_of(const struct es_image_files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->file[i].path, path) == 0)
			return &files->file[i];
	return NULL;
}

static void assert_kind(const struct es_image_files *files, const char *path, enum es_image_file_kind kind,
			bool finding)
{
	const struct es_image_file *f = file_of(files, path);

	if (f == NULL || f->kind != kind || f->finding != finding)
		fail_msg("%s: %s%s", path, f != NULL ? es_image_file_kinds[f->kind] : "not found",
			 f != NULL && f->finding ? ", a finding" : "");
}

static void assert_all(const struct es_image_files *files)
{
	assert_kind(files, "/etc/modprobe.d/lab.conf", ES_IMAGE_FILE_SECRET, true);
	assert_kind(files, "/cryptroot/keyfiles/root.key", ES_IMAGE_FILE_SECRET, true);
	assert_kind(files, "/etc/modprobe.d/own.conf", ES_IMAGE_FILE_UNOWNED, true);
	assert_kind(files, "/etc/wifi.conf", ES_IMAGE_FILE_UNOWNED, true);
	assert_kind(files, "/etc/ld.so.cache", ES_IMAGE_FILE_UNOWNED, false);
	assert_kind(files, "/etc/modprobe.d/shipped.conf", ES_IMAGE_FILE_SHIPPED, false);
	assert_kind(files, "/conf/initramfs.conf", ES_IMAGE_FILE_SHIPPED, false);
	assert_null(file_of(files, "/usr/lib/program"));
	assert_null(file_of(files, "/etc/fstab"));
	assert_null(file_of(files, "/etc/l"));
	assert_int_equal(files->count, 7);
	assert_int_equal(files->findings, 4);
	assert_true(files->packages);
}

static void a_folder_and_each_archive_of_it_show_the_same(void **state)
{
	static const char *const pack[] = { "cat", "gzip", "xz --check=crc32", "zstd -q", "lz4 -l" };

	for (size_t i = 0; i <= sizeof pack / sizeof pack[0]; i++) {
		struct es_image_files_request request = { .allowed = NULL };
		ES_IMAGE_FILES c = NULL;

		if (i > 0)
			shell("cd tree && find . | cpio -o -H newc | %s >../packed", pack[i - 1]);
		assert_all(look(state, i == 0 ? "tree" : "packed", &request, &c));
		es_fd_closep(&request.rootfd);
	}
}

static void it_names_where_a_file_is_from(void **state)
{
	struct es_image_files_request request = { .allowed = NULL };
	ES_IMAGE_FILES c = NULL;
	const struct es_image_files *files = look(state, "tree", &request, &c);
	const struct es_image_file *f = file_of(files, "/etc/wifi.conf");

	assert_string_equal(f->source, "/etc/wifi/net");
	assert_string_equal(f->copied_by, "/etc/initramfs-tools/hooks/wifi");
	assert_true(f->guessed);
	f = file_of(files, "/etc/modprobe.d/lab.conf");
	assert_string_equal(f->source, "/etc/modprobe.d/lab.conf");
	assert_string_equal(f->secret_id, "credential");
	assert_string_equal(f->way->id, "modprobe");
	assert_non_null(strstr(f->copied_by, "initramfs-tools"));
	f = file_of(files, "/cryptroot/keyfiles/root.key");
	assert_null(f->source);
	assert_string_equal(f->secret_id, "disk-key");
	assert_non_null(strstr(f->way->way_out, "KEYFILE_PATTERN"));
	f = file_of(files, "/conf/initramfs.conf");
	assert_string_equal(f->package, "tools");
	es_fd_closep(&request.rootfd);
}

static void it_names_dracuts_modules_where_dracut_made_it(void **state)
{
	struct es_image_files_request request = { .allowed = NULL };
	ES_IMAGE_FILES c = NULL;
	const struct es_image_files *files;

	shell("mkdir -p tree/usr/lib/dracut root/usr/lib/dracut/modules.d/99wifi "
	      "root/usr/lib/dracut/modules.d/99etcseal-x && "
	      "echo 106 >tree/usr/lib/dracut/version && cp tree/usr/lib/program tree/usr/lib/etcseal-boot && "
	      "for m in 99wifi 99etcseal-x; do echo 'inst /etc/wifi/net' "
	      ">root/usr/lib/dracut/modules.d/$m/module-setup.sh; done");
	files = look(state, "tree", &request, &c);
	assert_true(files->dracut && !files->helper);
	assert_string_equal(file_of(files, "/etc/modprobe.d/lab.conf")->copied_by, "dracut's module kernel-modules");
	assert_false(file_of(files, "/etc/modprobe.d/lab.conf")->guessed);
	assert_string_equal(file_of(files, "/etc/wifi.conf")->copied_by,
			    "/usr/lib/dracut/modules.d/99wifi/module-setup.sh");
	es_fd_closep(&request.rootfd);
}

static void a_changed_conffile_is_changed(void **state)
{
	struct es_image_files_request request = { .allowed = NULL };
	ES_IMAGE_FILES c = NULL;
	const struct es_image_files *files;

	shell("echo 'MODULES=dep' | tee root/etc/initramfs-tools/initramfs.conf >tree/conf/initramfs.conf; "
	      "echo blacklist x >tree/etc/modprobe.d/shipped.conf");
	files = look(state, "tree", &request, &c);
	assert_kind(files, "/conf/initramfs.conf", ES_IMAGE_FILE_CHANGED, true);
	assert_kind(files, "/etc/modprobe.d/shipped.conf", ES_IMAGE_FILE_CHANGED, true);
	es_fd_closep(&request.rootfd);
}

/* By content, wherever a hook puts it; and a private file's copy that everybody can read. */
static void a_secret_is_found_outside_the_usual_places(void **state)
{
	struct es_image_files_request request = { .allowed = NULL };
	ES_IMAGE_FILES c = NULL;
	const struct es_image_files *files;

	shell("openssl genpkey -algorithm ed25519 -out tree/usr/lib/blob && echo 'only the owner may read this one' "
	      ">root/etc/own "
	      "&& chmod 600 root/etc/own && cp root/etc/own tree/usr/lib/innocent && chmod 644 tree/usr/lib/innocent");
	files = look(state, "tree", &request, &c);
	assert_kind(files, "/usr/lib/blob", ES_IMAGE_FILE_SECRET, true);
	assert_kind(files, "/usr/lib/innocent", ES_IMAGE_FILE_SECRET, true);
	assert_string_equal(file_of(files, "/usr/lib/innocent")->source, "/etc/own");
	es_fd_closep(&request.rootfd);
}

/* dropbear-initramfs and cryptsetup-initramfs set umask 0077. */
static void the_mode_in_the_initramfs_says_nothing(void **state)
{
	struct es_image_files_request request = { .allowed = NULL };
	ES_IMAGE_FILES c = NULL;

	shell("find tree -type f | xargs chmod 0600");
	assert_all(look(state, "tree", &request, &c));
	es_fd_closep(&request.rootfd);
}

static void what_is_allowed_is_no_longer_counted(void **state)
{
	static const char *const allowed[] = { "/etc/modprobe.d/*", "/etc/wifi.conf" };
	struct es_image_files_request request = { .allowed = allowed, .allowed_count = 2 };
	ES_IMAGE_FILES c = NULL;
	const struct es_image_files *files = look(state, "tree", &request, &c);

	assert_int_equal(files->findings, 1);
	assert_true(file_of(files, "/etc/modprobe.d/lab.conf")->allowed);
	assert_false(file_of(files, "/etc/modprobe.d/shipped.conf")->allowed);
	es_fd_closep(&request.rootfd);
}

static void without_dpkg_nothing_is_as_shipped(void **state)
{
	struct es_image_files_request request = { .allowed = NULL };
	ES_IMAGE_FILES c = NULL;
	const struct es_image_files *files;

	shell("rm -r root/var");
	files = look(state, "tree", &request, &c);
	assert_false(files->packages);
	assert_kind(files, "/etc/modprobe.d/shipped.conf", ES_IMAGE_FILE_UNOWNED, true);
	assert_kind(files, "/etc/modprobe.d/lab.conf", ES_IMAGE_FILE_SECRET, true);
	es_fd_closep(&request.rootfd);
}

static void a_host_that_is_damaged_or_hostile_stops_nothing(void **state)
{
	struct es_image_files_request request = { .allowed = NULL };
	ES_IMAGE_FILES c = NULL;
	const struct es_image_files *files;

	shell("cd root/etc && mkfifo pipe && ln -s /etc/shadow link && ln -s loop loop && ln -s ../.. up && mkdir -p "
	      "deep && cd deep && "
	      "for i in $(seq 120); do mkdir d && cd d; done; echo x >f");
	files = look(state, "tree", &request, &c);
	assert_all(files);
	es_fd_closep(&request.rootfd);
}

static void a_password_in_the_options_is_found(void **state)
{
	struct es_image_files_request request = { .allowed = NULL };
	ES_IMAGE_FILES c = NULL;
	const struct es_image_files *files;

	look(state, "tree", &request, &c);
	assert_int_equal(es_image_files_options(c, es_text_span("root=/dev/vda1 rd.iscsi.password=hunter2 quiet")),
			 ES_OK);
	files = es_image_files_finish(c);
	assert_kind(files, ".cmdline", ES_IMAGE_FILE_SECRET, true);
	es_fd_closep(&request.rootfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, oracle_folder_remove)
		TEST(a_folder_and_each_archive_of_it_show_the_same),
		TEST(it_names_where_a_file_is_from),
		TEST(it_names_dracuts_modules_where_dracut_made_it),
		TEST(a_changed_conffile_is_changed),
		TEST(a_secret_is_found_outside_the_usual_places),
		TEST(the_mode_in_the_initramfs_says_nothing),
		TEST(what_is_allowed_is_no_longer_counted),
		TEST(without_dpkg_nothing_is_as_shipped),
		TEST(a_host_that_is_damaged_or_hostile_stops_nothing),
		TEST(a_password_in_the_options_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
