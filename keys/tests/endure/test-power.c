/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test-power --quick|--whole BASE RECORDED LOG KEY UUID ESP MARK: the power fails at every write of a recorded boot (a
 * guest that ran every verb; see tests-ovmf/scenarios/power-cut.sh). For each write, the disk is rebuilt as it was when
 * that write was the last one; then with that write torn; then with any part missing of what hadn't been flushed.
 * mtools copies the banks out, and they are opened with the TPM as it was at that write. The result must be one of the
 * last two generations, automatically or with the recovery key; after the end of a verb, the one that it saved. Many
 * cuts leave the same banks and the same TPM: those are opened once.
 *
 * test-power --commands: the verbs, as a guest types them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/store/file.h"
#include "keys/tests/lib/disk_log.h"
#include "keys/tests/lib/reopen.h"
#include "keys/tests/lib/verbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEPS_MAX = 32, PENDING_MAX = 4096, WHOLE_SUBSETS = 4, WHOLE_SINGLES = 4, MARK_LEN = 4096 };

/* What one state of banks and TPM opens to. */
struct verdict {
	struct es_digest banks;
	uint64_t tpm;
	enum endured_way way;
	int step; /* from /etc/step of the unpacked tree; 0: nothing was unpacked */
};

struct row {
	char command[48];
	unsigned writes, flushes, cuts, ways[ENDURED_WAYS];
};

struct power {
	bool whole;
	const char *base, *recorded;
	uint64_t esp, mark;
	struct reopen how;
	struct disk_log log;
	char scratch[32], banks[64], to[64], state[256];
	int image;

	const struct disk_event *pending[PENDING_MAX]; /* since the last flush */
	size_t pending_count;
	uint64_t tpm;       /* the TPM's state at this point */
	int oldest, newest; /* the steps that may be found */
	struct verdict *seen;
	size_t seen_count, seen_room;
	struct row rows[STEPS_MAX];
	unsigned row;
	uint64_t random;
};

static uint64_t dice(struct power *p)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return p->random;
}

__attribute__((format(printf, 1, 2))) static int shell(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(line, sizeof line, format, args) < (int)sizeof line);
	va_end(args);
	return system(line);
}

/* The input of an opening: each file of each bank, and whether it exists. */
static void hash_banks(const struct power *p, struct es_digest *ret)
{
	static const char *const names[] = { ES_INFO_NAME, ES_ARCHIVE_NAME, ES_LOG_NAME };
	struct es_digest parts[6];
	struct es_span all = { (const uint8_t *)parts, sizeof parts };

	memset(parts, 0, sizeof parts);
	for (unsigned i = 0; i < 6; i++) {
		ES_BUF file = { NULL, 0 };
		char path[160];
		struct es_span bytes;

		snprintf(path, sizeof path, "%s/bank%u/%s", p->banks, i / 3, names[i % 3]);
		if (es_file_read(AT_FDCWD, path, ES_ARCHIVE_MAX, &file) != ES_OK)
			continue;
		bytes = es_buf_span(&file);
		assert_true(es_sha256(&bytes, 1, &parts[i]));
	}
	assert_true(es_sha256(&all, 1, ret));
}

static void open_it(struct power *p, struct verdict *v)
{
	struct es_boot_record record;
	enum es_reason refused, r;
	char path[96], text[16] = "";
	int fd;

	snprintf(p->state, sizeof p->state, "%s/tpm/%llu", p->recorded, (unsigned long long)p->tpm);
	p->how.state = p->state;
	r = reopen(&p->how, &record, &refused);
	v->step = 0;
	v->way = r == ES_NOT_CONFIGURED ? ENDURED_UNCONFIGURED : ENDURED_LOST;
	if (r != ES_OK) {
		print_message("# banks and TPM state %llu: %s %s\n", (unsigned long long)p->tpm, es_reason_words(r)->id,
			      record.refusal_detail);
		return;
	}
	snprintf(path, sizeof path, "%s/etc/step", p->to);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
	close(fd);
	v->step = atoi(text);
	v->way = record.opened_by == ES_OPENED_BY_RECOVERY ? ENDURED_RECOVERY : ENDURED_BY_ITSELF_NEW;
}

static const struct verdict *judge(struct power *p)
{
	struct verdict v = { .tpm = p->tpm };

	hash_banks(p, &v.banks);
	for (size_t i = 0; i < p->seen_count; i++)
		if (p->seen[i].tpm == v.tpm && memcmp(&p->seen[i].banks, &v.banks, sizeof v.banks) == 0)
			return &p->seen[i];
	open_it(p, &v);
	if (p->seen_count == p->seen_room) {
		p->seen_room = p->seen_room * 2 + 64;
		p->seen = realloc(p->seen, p->seen_room * sizeof *p->seen);
		assert_non_null(p->seen);
	}
	p->seen[p->seen_count] = v;
	return &p->seen[p->seen_count++];
}

/* What the image opens to, with what the disk holds now. */
static void look(struct power *p)
{
	struct row *row = &p->rows[p->row];
	const struct verdict *v;
	enum endured_way way;

	/* File by file, as the stub reads them: mcopy of a folder stops at the first damaged file. */
	shell("rm -rf %s && mkdir -p %s/bank0 %s/bank1 && cd %s && for f in bank0/" ES_INFO_NAME
	      " bank0/" ES_ARCHIVE_NAME " bank0/" ES_LOG_NAME " bank1/" ES_INFO_NAME " bank1/" ES_ARCHIVE_NAME
	      " bank1/" ES_LOG_NAME
	      "; do timeout 20 mcopy -n -i %s/disk.img@@%llu ::/etcseal/$f $f; done >%s/mcopy 2>&1 </dev/null",
	      p->banks, p->banks, p->banks, p->banks, p->scratch, (unsigned long long)p->esp, p->scratch);
	v = judge(p);
	way = v->way;
	if (v->step < p->oldest || v->step > p->newest)
		way = ENDURED_LOST;
	/* Not lost; but between two verbs there is no reason for it. */
	else if (way == ENDURED_RECOVERY && p->oldest == p->newest)
		way = ENDURED_STUCK;
	else if (way == ENDURED_BY_ITSELF_NEW && v->step != p->newest)
		way = ENDURED_BY_ITSELF_OLD;
	if (way == ENDURED_LOST && row->ways[way] < 5) {
		print_message("# LOST at write %u of step %u (%s): opens to step %d, should be %d to %d\n", row->writes,
			      p->row, row->command, v->step, p->oldest, p->newest);
		if (getenv("ETCSEAL_KEEP") != NULL)
			shell("cp -r %s %s/lost-%u-%u", p->banks, p->recorded, p->row, row->writes);
	}
	row->cuts++;
	row->ways[way]++;
}

/* Cuts here: the pending writes in `keep` are on the disk, and of the last of those only `tail` bytes. */
static void cut(struct power *p, const bool *keep, uint32_t tail)
{
	static struct disk_kept kept[PENDING_MAX];
	size_t n = 0;

	for (size_t i = 0; i < p->pending_count; i++)
		if (keep == NULL || keep[i])
			disk_try(p->image, p->pending[i], i + 1 == p->pending_count ? tail : p->pending[i]->length,
				 &kept[n++]);
	look(p);
	while (n > 0)
		disk_undo(p->image, &kept[--n]);
}

static void cut_in_all_ways(struct power *p)
{
	const size_t n = p->pending_count;
	const uint32_t last = p->pending[n - 1]->length;
	bool keep[PENDING_MAX];

	cut(p, NULL, last);
	if (last > DISK_SECTOR)
		cut(p, NULL, (uint32_t)(1 + dice(p) % (last / DISK_SECTOR - 1)) * DISK_SECTOR);
	if (n == 1)
		return;
	/* Only the last one; then any; then all but one. */
	memset(keep, 0, sizeof keep);
	keep[n - 1] = true;
	if (p->whole)
		cut(p, keep, last);
	for (unsigned k = 0; k < (p->whole ? WHOLE_SUBSETS : 1); k++) {
		for (size_t i = 0; i < n; i++)
			keep[i] = dice(p) % 2 == 0;
		cut(p, keep, last);
	}
	for (unsigned k = 0; p->whole && k < WHOLE_SINGLES; k++) {
		size_t missing = dice(p) % n;

		for (size_t i = 0; i < n; i++)
			keep[i] = i != missing;
		cut(p, keep, last);
	}
}

/* "begin N command" and "end N status": what the guest is doing. */
static void mark(struct power *p, const struct disk_event *e)
{
	char text[96];
	unsigned step;
	int status, at = 0;

	assert_int_equal(e->length, MARK_LEN);
	memcpy(text, e->data, sizeof text - 1);
	text[sizeof text - 1] = '\0';
	if (sscanf(text, "begin %u %n", &step, &at) == 1 && at > 0) {
		assert_true(step < STEPS_MAX);
		p->row = step;
		p->oldest = (int)step - 1;
		p->newest = (int)step;
		text[strcspn(text, "\n")] = '\0';
		for (char *end = text + strlen(text); end > text && end[-1] == ' ';)
			*--end = '\0';
		snprintf(p->rows[step].command, sizeof p->rows[step].command, "%.47s", text + at);
		return;
	}
	assert_int_equal(sscanf(text, "end %u %d", &step, &status), 2);
	assert_int_equal(status, 0);
	p->oldest = p->newest = (int)step;
}

static void flush(struct power *p)
{
	for (size_t i = 0; i < p->pending_count; i++)
		disk_apply(p->image, p->pending[i], p->pending[i]->length);
	p->pending_count = 0;
}

static void replay(struct power *p)
{
	for (size_t i = 0; i < p->log.count; i++) {
		const struct disk_event *e = &p->log.events[i];

		if (e->type == 'T') {
			p->tpm = e->offset;
		} else if (e->type == 'F') {
			flush(p);
			p->rows[p->row].flushes++;
		} else {
			if (e->offset == p->mark)
				mark(p, e);
			assert_true(p->pending_count < PENDING_MAX);
			p->pending[p->pending_count++] = e;
			p->rows[p->row].writes++;
			cut_in_all_ways(p);
		}
	}
}

static unsigned table(const struct power *p)
{
	unsigned cuts = 0, lost = 0, asked = 0;

	print_message("# %-38s writes flushes   cuts | opens: saved  before  by key  nothing yet  lost\n", "verb");
	for (unsigned i = 0; i < STEPS_MAX; i++) {
		const struct row *r = &p->rows[i];

		if (r->writes == 0)
			continue;
		print_message("# %-38s %6u %7u %6u | %12u %7u %7u %12u %5u\n", i == 0 ? "(the boot)" : r->command,
			      r->writes, r->flushes, r->cuts, r->ways[ENDURED_BY_ITSELF_NEW],
			      r->ways[ENDURED_BY_ITSELF_OLD], r->ways[ENDURED_RECOVERY], r->ways[ENDURED_UNCONFIGURED],
			      r->ways[ENDURED_LOST]);
		cuts += r->cuts;
		lost += r->ways[ENDURED_LOST];
		asked += r->ways[ENDURED_STUCK];
	}
	print_message(
	    "# %u power cuts, %zu different outcomes of disk and TPM, %u lost, %u asked for the key between verbs\n",
	    cuts, p->seen_count, lost, asked);
	return lost + asked;
}

static void a_power_cut_at_any_write_loses_nothing(void **state)
{
	struct power *p = *state;
	struct es_buf log = { NULL, 0 };
	char path[256];

	strcpy(p->scratch, "/dev/shm/etcseal-power-XXXXXX");
	assert_non_null(mkdtemp(p->scratch));
	snprintf(p->banks, sizeof p->banks, "%s/etcseal", p->scratch);
	snprintf(p->to, sizeof p->to, "%s/tree", p->scratch);
	snprintf(path, sizeof path, "%s/disk.img", p->scratch);
	assert_int_equal(shell("cp --sparse=always %s %s", p->base, path), 0);
	p->image = open(path, O_RDWR | O_CLOEXEC);
	assert_true(p->image >= 0);
	snprintf(path, sizeof path, "%s/log", p->recorded);
	disk_log_read(path, &p->log);
	assert_int_equal(es_file_read(AT_FDCWD, (const char *)p->how.log.data, ES_LOG_MAX, &log), ES_OK);
	p->how.log = es_buf_span(&log);
	p->how.banks = p->banks;
	p->how.to = p->to;
	p->how.tpm = es_swtpm_start();
	p->random = 0x9e3779b97f4a7c15;
	replay(p);
	es_swtpm_stop(p->how.tpm);
	close(p->image);
	disk_log_free(&p->log);
	es_buf_free(&log);
	shell("rm -rf %s", p->scratch);
	/* Both sides of every commit must have been seen, or this proves nothing. */
	assert_true(p->seen_count > 10 && p->newest > 1);
	assert_int_equal(table(p), 0);
	free(p->seen);
}

int main(int argc, char **argv)
{
	static struct power p;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(a_power_cut_at_any_write_loses_nothing, &p),
	};
	char key[ES_RECOVERY_TEXT_LEN + 2] = "";
	FILE *f;

	if (argc == 2 && strcmp(argv[1], "--commands") == 0) {
		for (unsigned i = 0; i < verb_count; i++)
			if (verbs[i].command != NULL)
				puts(verbs[i].command);
		return 0;
	}
	if (argc != 9)
		return 2;
	f = fopen(argv[5], "re");
	if (f == NULL || fgets(key, sizeof key, f) == NULL)
		return 2;
	fclose(f);
	key[strcspn(key, "\n")] = '\0';
	p = (struct power){ .whole = strcmp(argv[1], "--whole") == 0,
			    .base = argv[2],
			    .recorded = argv[3],
			    .how = { .log = { (const uint8_t *)argv[4], 0 },
				     .recovery = key,
				     .uuid = argv[6],
				     .secure_boot = true },
			    .esp = strtoull(argv[7], NULL, 10),
			    .mark = strtoull(argv[8], NULL, 10) * MARK_LEN };
	return cmocka_run_group_tests_name("power cuts", tests, NULL, NULL);
}
