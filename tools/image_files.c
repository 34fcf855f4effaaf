/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a configuration an initramfs contains. Paths come from the image, and contents are never printed. */
#include "tools/image_files.h"

#include "keys/core/subject.h"
#include "keys/host/booted_image.h"
#include "keys/image/files.h"
#include "keys/store/file.h"
#include "tools/common.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT = 1024 };

struct search {
	struct es_image_files_request request;
	char paths[ES_PATHS_MAX][ES_PATH_TEXT];
	const char *allowed[ES_GIVEN_MAX];
	int rootfd;
	struct es_image_collector *collector;
};

static void end_search(struct search *s)
{
	es_image_files_freep(&s->collector);
	es_fd_closep(&s->rootfd);
}
#define SEARCH ES_SCOPED(end_search) struct search

enum es_exit es_files_check_options(const struct es_args *args)
{
	static const char *const need[] = { "quiet", "strict", "allow", "root" };

	for (size_t i = 0; i < sizeof need / sizeof need[0] && !es_arg_given(args, "files"); i++)
		if (es_arg_given(args, need[i]))
			return es_usage_error(args, "--%s needs --files", need[i]);
	return ES_EXIT_DONE;
}

/* The covered paths of the running host (NULL: there is none), or what an unconfigured one would cover. */
static void find_covered(const struct es_host *host, struct search *s)
{
	const struct es_boot_record *boot = host != NULL ? es_host_boot(host) : NULL;

	snprintf(s->paths[0], sizeof s->paths[0], "/etc");
	s->request.path_count = 1;
	if (boot != NULL && boot->path_count > 0) {
		memcpy(s->paths, boot->paths, sizeof s->paths);
		s->request.path_count = boot->path_count;
	}
	s->request.paths = s->paths;
}

static enum es_exit begin(const struct es_args *args, struct search *s)
{
	const struct es_host_request host_request = es_host_request_of(args);
	const char *root = es_arg_given(args, "root") ? es_arg(args, "root") : "/", *allowed;
	ES_HOST host = NULL;
	enum es_reason r;

	s->rootfd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->rootfd < 0)
		return es_fail(args, es_reason_from_errno(errno), root);
	s->request.rootfd = s->rootfd;
	if (!es_arg_given(args, "root") && es_host_open(&host_request, &host) != ES_OK)
		host = NULL;
	find_covered(host, s);
	while (s->request.allowed_count < ES_GIVEN_MAX &&
	       (allowed = es_arg_at(args, "allow", s->request.allowed_count)) != NULL)
		s->allowed[s->request.allowed_count++] = allowed;
	s->request.allowed = s->allowed;
	r = es_image_files_begin(&s->request, &s->collector);
	return r == ES_OK ? ES_EXIT_DONE : es_fail(args, r, root);
}

static enum es_exit add_initrd(const struct es_args *args, struct search *s, const char *path, struct es_span initrd)
{
	const char *why = "";
	enum es_reason r = es_image_files_initrd(s->collector, initrd, &why);
	char what[PATH_MAX + 128];

	if (r == ES_OK)
		return ES_EXIT_DONE;
	snprintf(what, sizeof what, "%s%s%s", path, why[0] != '\0' ? " " : "", why);
	return es_fail(args, es_reason_of(ES_OF_FILE, r), what);
}

static enum es_exit add_image(const struct es_args *args, struct search *s, const char *path, struct es_buf *bytes)
{
	ES_IMAGE image = { 0 };
	enum es_exit failed = es_image_parse_next(args, path, bytes, &image);
	enum es_reason r;

	if (failed == ES_EXIT_DONE)
		failed = add_initrd(args, s, path, image.uki.section[ES_UKI_INITRD]);
	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_image_files_options(s->collector, image.uki.section[ES_UKI_CMDLINE]);
	return r == ES_OK ? ES_EXIT_DONE : es_fail(args, r, path);
}

static enum es_exit add_path(const struct es_args *args, struct search *s, const char *path)
{
	ES_FD dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_BUF bytes = { NULL, 0 };
	enum es_exit failed;
	enum es_reason r;

	if (dir >= 0) {
		r = es_image_files_folder(s->collector, dir);
		return r == ES_OK ? ES_EXIT_DONE : es_fail(args, es_reason_of(ES_OF_FILE, r), path);
	}
	failed = es_image_read(args, path, &bytes);
	if (failed != ES_EXIT_DONE)
		return failed;
	if (bytes.len >= 2 && memcmp(bytes.data, "MZ", 2) == 0)
		return add_image(args, s, path, &bytes);
	return add_initrd(args, s, path, es_buf_span(&bytes));
}

/* "a password or token, from /etc/x, copied by …" */
static void describe(const struct es_image_file *f, char ret[static TEXT])
{
	const char *what = f->kind == ES_IMAGE_FILE_SECRET    ? f->secret
			   : f->kind == ES_IMAGE_FILE_CHANGED ? "differs from the package's"
			   : f->kind == ES_IMAGE_FILE_SHIPPED ? "as shipped"
			   : f->source != NULL                ? "of no package"
							      : "made for the initramfs, or of no package";
	bool other = f->source != NULL && strcmp(f->source, f->path) != 0;

	snprintf(ret, TEXT, "%s%s%s%s%s%s%s%s", what, f->package != NULL ? ", " : "",
		 f->package != NULL ? f->package : "", other ? ", from " : "", other ? f->source : "",
		 f->guessed             ? ", probably"
		 : f->copied_by != NULL ? ","
					: "",
		 f->copied_by != NULL ? " copied by " : "", f->copied_by != NULL ? f->copied_by : "");
	es_replace_controls(ret);
}

/* The ways out of the cases that occur, each once. */
static void show_ways(const struct es_image_files *files,
		      void (*say)(const struct es_args *, const struct es_image_way *), const struct es_args *args)
{
	for (size_t i = 0; i < files->count; i++) {
		bool said = !files->file[i].finding || files->file[i].allowed;

		for (size_t j = 0; j < i && !said; j++)
			said = files->file[j].finding && !files->file[j].allowed &&
			       files->file[j].way == files->file[i].way;
		if (!said)
			say(args, files->file[i].way);
	}
}

static void way_line(const struct es_args *args, const struct es_image_way *way)
{
	es_line(args, "To keep out (%s): %s", way->id, way->way_out);
}

static void way_warning(const struct es_args *args, const struct es_image_way *way)
{
	(void)args;
	es_warn("to keep it out (%s): %s", way->id, way->way_out);
}

static void warn_of_findings(const struct es_args *args, const struct es_image_files *files)
{
	char text[TEXT];

	for (size_t i = 0; i < files->count; i++) {
		const struct es_image_file *f = &files->file[i];

		if (!f->finding || f->allowed)
			continue;
		describe(f, text);
		es_warn("the initramfs has %s in the clear: %s", f->path, text);
	}
	show_ways(files, way_warning, args);
	if (files->left_out > 0)
		es_warn("the initramfs has %zu file%s that %s not looked into: over 64 MiB, or a file system "
			"(squashfs, erofs)",
			files->left_out, files->left_out == 1 ? "" : "s", files->left_out == 1 ? "was" : "were");
}

static void show(const struct es_args *args, const struct es_image_files *files)
{
	size_t counts[ES_IMAGE_FILE_KINDS] = { 0 };
	char text[TEXT], path[TEXT];

	for (size_t i = 0; i < files->count; i++) {
		const struct es_image_file *f = &files->file[i];

		counts[f->kind]++;
		describe(f, text);
		snprintf(path, sizeof path, "%s", f->path);
		es_replace_controls(path);
		es_line(args, "%-8s %04o %8llu  %s: %s%s", es_image_file_kinds[f->kind], (unsigned)f->mode & 07777,
			(unsigned long long)f->size, path, text, f->allowed ? " (allowed)" : "");
	}
	es_line(args, "%zu secret, %zu changed, %zu unowned, %zu as shipped", counts[ES_IMAGE_FILE_SECRET],
		counts[ES_IMAGE_FILE_CHANGED], counts[ES_IMAGE_FILE_UNOWNED], counts[ES_IMAGE_FILE_SHIPPED]);
	if (!files->packages)
		es_line(args, "There is no dpkg database to compare with: nothing is known as shipped.");
	if (files->left_out > 0)
		es_line(args, "%zu not looked into: over 64 MiB, or a file system (squashfs, erofs)", files->left_out);
	show_ways(files, way_line, args);
}

static void fill_file(struct es_emit *j, const struct es_image_file *f)
{
	es_emit_object(j, NULL);
	es_emit_text(j, "path", f->path);
	es_emit_text(j, "kind", es_image_file_kinds[f->kind]);
	es_emit_text(j, "secret", f->secret_id);
	es_emit_number(j, "bytes", f->size);
	es_emit_number(j, "mode", (unsigned)f->mode & 07777);
	es_emit_text(j, "package", f->package);
	es_emit_text(j, "source", f->source);
	es_emit_text(j, "copied_by", f->copied_by);
	es_emit_bool(j, "copied_by_guessed", f->guessed);
	es_emit_bool(j, "finding", f->finding);
	es_emit_bool(j, "allowed", f->allowed);
	es_emit_text(j, "way", f->finding ? f->way->id : NULL);
	es_emit_text(j, "next", f->finding ? f->way->way_out : NULL);
	es_emit_end(j);
}

static void fill_files(struct es_writer *w, const void *what)
{
	const struct es_image_files *files = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_number(&j, "findings", files->findings);
	es_emit_number(&j, "not_looked_into", files->left_out);
	es_emit_bool(&j, "packages_known", files->packages);
	es_emit_array(&j, "files");
	for (size_t i = 0; i < files->count; i++)
		fill_file(&j, &files->file[i]);
	es_emit_end(&j);
	es_emit_end(&j);
}

static enum es_exit judge(const struct es_args *args, const struct es_image_files *files, const char *path)
{
	char what[PATH_MAX + 64];

	if (!es_arg_given(args, "strict") || (files->findings == 0 && files->left_out == 0))
		return ES_EXIT_DONE;
	snprintf(what, sizeof what, "%s: %zu file%s, %zu not looked into", path, files->findings,
		 files->findings == 1 ? "" : "s", files->left_out);
	if (files->left_out == 0)
		*strrchr(what, ',') = '\0';
	return es_fail(args, ES_IMAGE_DISCLOSES, what);
}

enum es_exit es_files_inspect(const struct es_args *args, const char *path)
{
	SEARCH s = { .rootfd = -1 };
	const struct es_image_files *files;
	enum es_exit failed = begin(args, &s);

	if (failed == ES_EXIT_DONE)
		failed = add_path(args, &s, path);
	if (failed != ES_EXIT_DONE)
		return failed;
	files = es_image_files_finish(s.collector);
	if (es_arg_given(args, "quiet"))
		warn_of_findings(args, files);
	else if (args->json)
		failed = es_print(fill_files, files);
	else
		show(args, files);
	return failed == ES_EXIT_DONE ? judge(args, files, path) : failed;
}

enum es_exit es_files_warn(const struct es_args *args, struct es_span initrd, struct es_span options, const char *path)
{
	SEARCH s = { .rootfd = -1 };
	const struct es_image_files *files;
	const char *why = "";
	enum es_exit failed = begin(args, &s);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_image_files_initrd(s.collector, initrd, &why);
	if (r == ES_OK)
		r = es_image_files_options(s.collector, options);
	if (r != ES_OK && es_arg_given(args, "strict"))
		return es_fail(args, es_reason_of(ES_OF_FILE, r), why);
	if (r != ES_OK)
		es_warn("the initramfs wasn't looked into: it %s",
			why[0] != '\0' ? why : es_reason_words(es_reason_of(ES_OF_FILE, r))->what);
	files = es_image_files_finish(s.collector);
	if (r == ES_OK && !files->helper && files->left_out == 0)
		es_warn("the initramfs doesn't contain etcseal-boot: an image with it opens no configuration%s",
			files->dracut ? ". dracut made it, and etcseal has no module for dracut that adds the helper"
				      : ". The hook etcseal of initramfs-tools adds it");
	warn_of_findings(args, files);
	return judge(args, files, path);
}

void es_files_warn_of_boot(const struct es_args *args, struct es_host *host)
{
	SEARCH s = { .rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	const struct es_image_files *files;
	char path[ES_BOOTED_PATH];
	ES_BUF bytes = { NULL, 0 };
	ES_IMAGE image = { 0 };
	const char *why;
	size_t secrets = 0;

	s.request.rootfd = s.rootfd;
	s.request.allowed = s.allowed;
	find_covered(host, &s);
	if (es_host_booted_image(host, path, &bytes) != ES_OK ||
	    es_image_parse_next(args, path, &bytes, &image) != ES_EXIT_DONE ||
	    es_image_files_begin(&s.request, &s.collector) != ES_OK ||
	    es_image_files_initrd(s.collector, image.uki.section[ES_UKI_INITRD], &why) != ES_OK)
		return;
	files = es_image_files_finish(s.collector);
	for (size_t i = 0; i < files->count; i++)
		secrets += files->file[i].kind == ES_IMAGE_FILE_SECRET;
	if (secrets > 0)
		es_warn("the boot image %s has %zu secret%s in the clear: `etcseal image inspect --files` on it lists "
			"what it "
			"has. etcseal(8), AN INITRAMFS THAT HAD SECRETS, says how to be rid of it",
			path, secrets, secrets == 1 ? "" : "s");
}
