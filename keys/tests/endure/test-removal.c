/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test-removal --quick|--whole BASE LOG LIST: the power fails at every write of a removal of adopted files that was
 * recorded (tests-ovmf/endure/removal.sh). For each write, the file system is rebuilt as it was when that write was the
 * last one, then with parts missing of what hadn't been flushed. It is mounted as the next start would mount it: each
 * file must be whole under its name or gone. Then that start's removal runs, after which nothing of them may be left
 * anywhere in the image.
 *
 * test-removal --list TREE: the list of every file in TREE, as if all were adopted. test-removal --remove ROOT LIST:
 * the removal.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/adopt/look.h"
#include "keys/adopt/remove.h"
#include "keys/store/file.h"
#include "keys/tests/lib/disk_log.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { PENDING_MAX = 8192, WHOLE_SUBSETS = 6, LIST_MAX = 1 << 20 };

static const char etc[1][ES_PATH_TEXT] = { "/etc" };

struct removal {
	bool whole;
	const char *base, *recorded, *list_path;
	struct disk_log log;
	struct es_adopted list;
	char scratch[40];
	int image;
	const struct disk_event *pending[PENDING_MAX];
	size_t pending_count;
	uint64_t random;
	unsigned writes, flushes, cuts, lost, left, unfinished;
};

__attribute__((format(printf, 1, 2))) static int shell(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(line, sizeof line, format, args) < (int)sizeof line);
	va_end(args);
	return system(line);
}

static uint64_t dice(struct removal *r)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return r->random;
}

static enum es_reason list_one(void *context, const struct es_below_file *f)
{
	return es_adopted_add(context, es_adopted_kind_of(f->st.st_mode), &f->digest, f->path);
}

static int print_list(const char *tree)
{
	ES_FD root = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct es_below_request request = { .root = root, .path = etc[0] };
	ES_ADOPTED list = { 0 };
	ES_BUF text = { NULL, 0 };

	if (es_below_look(&request, list_one, &list) != ES_OK || es_adopted_write(&list, &text) != ES_OK)
		return 1;
	return fwrite(text.data, 1, text.len, stdout) == text.len ? 0 : 1;
}

static enum es_reason read_list(const char *path, struct es_adopted *ret)
{
	ES_BUF text = { NULL, 0 };
	enum es_reason r = es_file_read(AT_FDCWD, path, LIST_MAX, &text);

	return r == ES_OK ? es_adopted_parse(es_buf_span(&text), ret) : r;
}

static enum es_reason remove_at(const char *path, const struct es_adopted *list, bool *ret_needed)
{
	ES_FD root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct es_remove_request request = { root, list, 1, etc };
	struct es_remove_report done;
	enum es_reason r = es_remove(&request, &done);

	*ret_needed = es_remove_needed(&request) || done.changed + done.linked + done.failed != 0;
	return r;
}

struct seen {
	struct removal *r;
	bool bad;
};

/* Whatever is there under an adopted file's name must be that file, whole, or what took its place. */
static enum es_reason judge(void *context, const struct es_below_file *f)
{
	struct seen *s = context;

	if (f->state == ES_BELOW_CHANGED) {
		s->bad = true;
		if (s->r->lost < 5)
			print_message("# at write %u: %s is neither whole nor gone\n", s->r->writes, f->path);
	}
	return ES_OK;
}

static void look(struct removal *r)
{
	char root[64];
	struct es_below_request request = { .path = etc[0], .adopted = &r->list };
	struct seen seen = { .r = r };
	bool needed = true;

	snprintf(root, sizeof root, "%s/root", r->scratch);
	assert_int_equal(
	    shell("cd %s && cp --sparse=always disk.img cut.img && mount -o loop cut.img root", r->scratch), 0);
	{
		ES_FD fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ES_PACKAGES packages = NULL;

		request.root = fd;
		assert_int_equal(es_packages_read(fd, &packages), ES_OK); /* passwd's master took its place */
		request.packages = packages;
		assert_int_equal(es_below_look(&request, judge, &seen), ES_OK);
	}
	if (remove_at(root, &r->list, &needed) != ES_OK || needed)
		r->unfinished++;
	assert_int_equal(shell("cd %s && umount root", r->scratch), 0);
	if (shell("cd %s && grep -aq MARKER cut.img", r->scratch) == 0)
		r->left++;
	r->lost += seen.bad;
	r->cuts++;
}

static void cut(struct removal *r, const bool *keep)
{
	static struct disk_kept kept[PENDING_MAX];
	size_t n = 0;

	for (size_t i = 0; i < r->pending_count; i++)
		if (keep == NULL || keep[i])
			disk_try(r->image, r->pending[i], r->pending[i]->length, &kept[n++]);
	look(r);
	while (n > 0)
		disk_undo(r->image, &kept[--n]);
}

static void cut_in_all_ways(struct removal *r)
{
	static bool keep[PENDING_MAX];

	if (!r->whole && r->writes % 4 != 0)
		return;
	cut(r, NULL);
	for (unsigned k = 0; r->pending_count > 1 && k < (r->whole ? WHOLE_SUBSETS : 1); k++) {
		for (size_t i = 0; i < r->pending_count; i++)
			keep[i] = dice(r) % 2 == 0;
		cut(r, keep);
	}
}

static void replay(struct removal *r)
{
	for (size_t i = 0; i < r->log.count; i++) {
		const struct disk_event *e = &r->log.events[i];

		if (e->type == 'F') {
			for (size_t k = 0; k < r->pending_count; k++)
				disk_apply(r->image, r->pending[k], r->pending[k]->length);
			r->pending_count = 0;
			r->flushes++;
		} else if (e->type == 'W') {
			assert_true(r->pending_count < PENDING_MAX);
			r->pending[r->pending_count++] = e;
			r->writes++;
			cut_in_all_ways(r);
		}
	}
}

static void a_power_cut_at_any_write_loses_nothing_and_leaves_nothing(void **state)
{
	struct removal *r = *state;
	char path[128];

	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	strcpy(r->scratch, "/dev/shm/etcseal-removal-XXXXXX");
	assert_non_null(mkdtemp(r->scratch));
	assert_int_equal(shell("cp --sparse=always %s %s/disk.img && mkdir %s/root", r->base, r->scratch, r->scratch),
			 0);
	snprintf(path, sizeof path, "%s/disk.img", r->scratch);
	r->image = open(path, O_RDWR | O_CLOEXEC);
	assert_true(r->image >= 0);
	assert_int_equal(read_list(r->list_path, &r->list), ES_OK);
	disk_log_read(r->recorded, &r->log);
	r->random = 0x9e3779b97f4a7c15;
	/* Control: before the removal all of it is there to be found. */
	assert_int_equal(shell("grep -aq MARKER %s/disk.img", r->scratch), 0);
	replay(r);
	close(r->image);
	disk_log_free(&r->log);
	es_adopted_free(&r->list);
	shell("rm -rf %s", r->scratch);
	print_message("# removal of adopted files: %u writes, %u flushes, %u power cuts; %u files half there, %u times "
		      "something left, %u removals not finished\n",
		      r->writes, r->flushes, r->cuts, r->lost, r->left, r->unfinished);
	assert_true(r->writes > 20 && r->flushes > 3);
	assert_int_equal(r->lost + r->left + r->unfinished, 0);
}

int main(int argc, char **argv)
{
	static struct removal r;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(a_power_cut_at_any_write_loses_nothing_and_leaves_nothing, &r),
	};

	if (argc == 3 && strcmp(argv[1], "--list") == 0)
		return print_list(argv[2]);
	if (argc == 4 && strcmp(argv[1], "--remove") == 0) {
		ES_ADOPTED list = { 0 };
		bool needed = true;

		return read_list(argv[3], &list) == ES_OK && remove_at(argv[2], &list, &needed) == ES_OK && !needed ? 0
														    : 1;
	}
	if (argc != 5)
		return 2;
	r = (struct removal){
		.whole = strcmp(argv[1], "--whole") == 0, .base = argv[2], .recorded = argv[3], .list_path = argv[4]
	};
	return cmocka_run_group_tests_name("power cuts of a removal", tests, NULL, NULL);
}
