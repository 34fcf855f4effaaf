/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saves and opens trees from empty to the caps, and prints processor time, elapsed time and peak memory; none may grow
 * by more than the tree does. A tree over a cap is refused in words, and what was saved before still opens. Without an
 * argument only small trees; --whole: 100,000 files, and as many bytes as an archive may have.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/archive/archive.h"
#include "keys/tests/lib/endured.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct size {
	unsigned files;
	size_t bytes; /* in total, incompressible */
};

struct cost {
	double cpu, wall; /* seconds */
	unsigned peak;    /* MiB */
};

struct measured {
	struct size size;
	struct cost save, open;
	size_t archive;
};

static double seconds(clockid_t clock)
{
	struct timespec t;

	assert_int_equal(clock_gettime(clock, &t), 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned peak_mib(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	unsigned kib = 0;

	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		sscanf(line, "VmHWM: %u", &kib);
	fclose(f);
	return (kib + 512) / 1024;
}

static struct cost begin(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0 && write(fd, "5", 1) == 1); /* resets the peak */
	close(fd);
	return (struct cost){ .cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), .wall = seconds(CLOCK_MONOTONIC) };
}

static struct cost end(struct cost from)
{
	return (struct cost){ .cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - from.cpu,
			      .wall = seconds(CLOCK_MONOTONIC) - from.wall,
			      .peak = peak_mib() };
}

/* Incompressible bytes, the same in every run. */
static void noise(uint8_t *to, size_t len, uint64_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		to[i] = (uint8_t)(seed >> 32);
	}
}

/* etc/grown/NN/file…, 100 in a folder. */
static void grow(const struct endured *h, struct size size)
{
	size_t each = size.files > 0 ? size.bytes / size.files : 0;
	uint8_t *bytes = malloc(each + 1);
	char line[256], path[256];

	assert_non_null(bytes);
	snprintf(line, sizeof line, "rm -rf %s/ram/tree/etc/grown && mkdir %s/ram/tree/etc/grown", h->m.run_dir,
		 h->m.run_dir);
	assert_int_equal(system(line), 0);
	for (unsigned i = 0; i < size.files; i++) {
		int fd;

		snprintf(path, sizeof path, "%s/ram/tree/etc/grown/%u", h->m.run_dir, i / 100);
		if (i % 100 == 0)
			assert_int_equal(mkdir(path, 0755), 0);
		snprintf(path + strlen(path), 32, "/file%u", i);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		noise(bytes, each, i * 2654435761u + 1);
		assert_true(fd >= 0 && write(fd, bytes, each) == (ssize_t)each);
		close(fd);
	}
	free(bytes);
}

static enum es_reason save(struct endured *h, char ret_detail[static 256])
{
	ES_HOST host = machine_host(&h->m);
	struct es_pack_report report;
	enum es_reason r = machine_backup(host, &report);

	snprintf(ret_detail, 256, "%s", es_host_detail(host));
	return r;
}

static struct measured measure(struct endured *h, struct size size)
{
	struct measured m = { .size = size };
	char path[128], detail[256];
	struct cost from;
	struct stat st;

	grow(h, size);
	from = begin();
	assert_int_equal(save(h, detail), ES_OK);
	m.save = end(from);
	machine_bank_path(&h->m, 0, "config.cms", path);
	assert_int_equal(stat(path, &st), 0);
	m.archive = (size_t)st.st_size;
	from = begin();
	assert_int_equal(endured_boot(h, NULL), ES_OK);
	m.open = end(from);
	assert_true(machine_has(&h->m, ENDURED_FILE, ENDURED_OLD));
	return m;
}

static void print(const struct measured *m)
{
	print_message("# %7u %9.2f %9.2f | %8.2f %8.2f %7u | %8.2f %8.2f %7u\n", m->size.files,
		      (double)m->size.bytes / (1 << 20), (double)m->archive / (1 << 20), m->save.cpu, m->save.wall,
		      m->save.peak, m->open.cpu, m->open.wall, m->open.peak);
}

/* How a cost grows from a to b, as a power of the tree's growth: 1 is proportional, 2 would be quadratic. */
static double power(double a, double b, double growth)
{
	return log(b / a) / log(growth);
}

static void in_step(const struct measured *a, const struct measured *b, double growth)
{
	double cpu = power(a->save.cpu, b->save.cpu, growth), open_cpu = power(a->open.cpu, b->open.cpu, growth);

	print_message("#   for %.0f times as much: processor time to save grows by its power %.2f, to open by %.2f\n",
		      growth, cpu, open_cpu);
	assert_true(cpu < 1.4);
	assert_true(open_cpu < 1.4);
	/* A fixed part, and a few copies of the tree. */
	assert_true(b->save.peak < 80 + 6 * ((b->size.bytes >> 20) + b->size.files / 1000));
	assert_true(b->open.peak < 80 + 6 * ((b->size.bytes >> 20) + b->size.files / 1000));
}

static void series(struct endured *h, const struct size *sizes, unsigned count)
{
	struct measured last = { 0 }, before = { 0 };

	print_message("#   files  tree MiB      .cms | save: cpu s   clock  peak MiB | open: cpu s  clock  peak MiB\n");
	for (unsigned i = 0; i < count; i++) {
		before = last;
		last = measure(h, sizes[i]);
		print(&last);
	}
	in_step(&before, &last,
		sizes[count - 1].bytes > sizes[count - 2].bytes
		    ? (double)sizes[count - 1].bytes / (double)sizes[count - 2].bytes
		    : (double)sizes[count - 1].files / (double)sizes[count - 2].files);
}

/* On a RAM file system, as for the helper: a disk's own growth isn't ours. */
static void start(struct endured *h)
{
	memset(h, 0, sizeof *h);
	h->usual = machine_usual_boot;
	machine_start(&h->m, true);
	assert_int_equal(mount("growth", h->m.folder, "tmpfs", 0, "mode=0700,size=3g,nr_inodes=1m"), 0);
	assert_int_equal(mkdir(h->m.boot_dir, 0700), 0);
	assert_int_equal(endured_boot(h, NULL), ES_NOT_CONFIGURED);
	machine_write(&h->m, ENDURED_FILE, ENDURED_OLD);
	assert_int_equal(machine_init(&h->m, false, h->recovery), ES_OK);
	assert_int_equal(endured_boot(h, NULL), ES_OK);
}

static void stop(struct endured *h)
{
	assert_int_equal(umount2(h->m.folder, MNT_DETACH), 0);
	endured_stop(h);
}

static void the_cost_of_many_files_is_proportional(void **state)
{
	static const struct size sizes[] = {
		{ 0, 0 }, { 10, 0 }, { 100, 0 }, { 1000, 0 }, { 4000, 0 }, { 10000, 0 }, { 100000, 0 },
	};
	const bool *whole = *state;
	struct endured h;

	start(&h);
	series(&h, sizes, *whole ? 7 : 5);
	stop(&h);
}

static void the_cost_of_many_bytes_is_proportional(void **state)
{
	static const struct size sizes[] = {
		{ 16, 16 << 10 }, { 16, 1 << 20 }, { 16, 4 << 20 }, { 16, 16 << 20 }, { 16, 63 << 20 },
	};
	const bool *whole = *state;
	struct endured h;

	start(&h);
	series(&h, sizes, *whole ? 5 : 4);
	stop(&h);
}

static void a_tree_over_a_cap_is_reported_and_the_last_generation_opens(void **state)
{
	const bool *whole = *state;
	const struct size over[] = { { 66, 66 << 20 }, { ES_ENTRIES_MAX + 1, 0 } };
	char detail[256];
	struct endured h;

	start(&h);
	for (unsigned i = 0; i < (*whole ? 2u : 1u); i++) {
		grow(&h, over[i]);
		assert_int_equal(save(&h, detail), ES_TOO_LARGE);
		print_message("# %u files, %zu MiB: %s (%s)\n", over[i].files, over[i].bytes >> 20,
			      es_reason_words(ES_TOO_LARGE)->what, detail);
		assert_non_null(strstr(detail, "200000 files, 1024 MiB, or 64 MiB packed"));
		/* The folder that holds most: of the bytes, and of the files. */
		assert_non_null(strstr(detail, i == 0 ? "in /etc/grown/0: 66 files" : "in /etc/grown: 2"));
		assert_int_equal(endured_boot(&h, NULL), ES_OK);
		assert_true(machine_has(&h.m, ENDURED_FILE, ENDURED_OLD));
	}
	stop(&h);
}

int main(int argc, char **argv)
{
	bool whole = argc > 1 && strcmp(argv[1], "--whole") == 0;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(the_cost_of_many_files_is_proportional, &whole),
		cmocka_unit_test_prestate(the_cost_of_many_bytes_is_proportional, &whole),
		cmocka_unit_test_prestate(a_tree_over_a_cap_is_reported_and_the_last_generation_opens, &whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
