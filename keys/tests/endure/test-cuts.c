/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kill at every system call of every verb: the program ends there, and the power fails, so the TPM, too, is as it was
 * then. What the kernel had been given is on disk (test-power covers what a power cut leaves of that). Without an
 * argument every 97th call; --whole: every 5th.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/cut.h"
#include "keys/tests/lib/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STRIDE_QUICK = 97, STRIDE_WHOLE = 5 };

struct plan {
	const struct verb *verb;
	unsigned stride;
};

struct job {
	struct endured *h;
	const struct verb *verb;
};

static void work(void *arg)
{
	const struct job *job = arg;

	enum es_reason r = job->verb->run(job->h);

	if (r == ES_OK)
		return;
	print_error("%s: %s\n", job->verb->name, es_reason_words(r)->id);
	_exit(1);
}

static void verb_survives(void **state)
{
	const struct plan *plan = *state;
	unsigned ways[ENDURED_WAYS] = { 0 }, tried = 0;
	/* Shared with the child: a recovery key that it handed out before it was killed belongs to its owner. */
	struct endured *h = mmap(NULL, sizeof *h, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct job job = { h, plan->verb };

	assert_true(h != MAP_FAILED);
	endured_start(h);
	if (plan->verb->prepare != NULL)
		plan->verb->prepare(h);
	endured_keep(h);
	for (unsigned nth = 0;; nth += plan->stride) {
		enum endured_way way;
		bool killed;

		endured_back(h);
		machine_write(&h->m, ENDURED_FILE, ENDURED_NEW);
		killed = cut_at(nth, work, &job);
		way = endured_judge(h, !killed);
		ways[way]++;
		tried++;
		if (way == ENDURED_LOST)
			print_message("# LOST: %s, killed at system call %u: %s %s\n", plan->verb->name, nth,
				      h->record.refusal, h->record.refusal_detail);
		if (!killed)
			break;
	}
	print_message(
	    "# %-28s %5u kills: opens with what it saved %4u, with what was before %4u, by key %3u, nothing yet "
	    "%4u, lost %u\n",
	    plan->verb->name, tried - 1, ways[ENDURED_BY_ITSELF_NEW], ways[ENDURED_BY_ITSELF_OLD],
	    ways[ENDURED_RECOVERY], ways[ENDURED_UNCONFIGURED], ways[ENDURED_LOST]);
	endured_stop(h);
	munmap(h, sizeof *h);
	assert_true(tried > 2);
	assert_int_equal(ways[ENDURED_LOST], 0);
}

int main(int argc, char **argv)
{
	struct CMUnitTest *tests = calloc(verb_count, sizeof *tests);
	struct plan *plans = calloc(verb_count, sizeof *plans);
	bool whole = argc > 1 && strcmp(argv[1], "--whole") == 0;
	const char *only = argc > 2 ? argv[2] : NULL;
	unsigned n = 0;
	int failed;

	if (tests == NULL || plans == NULL)
		return 1;
	for (unsigned i = 0; i < verb_count; i++) {
		if (only != NULL && strcmp(only, verbs[i].name) != 0)
			continue;
		if (verbs[i].opens) /* the boot's own TPM would end with the child */
			continue;
		plans[n] = (struct plan){ &verbs[i], whole ? STRIDE_WHOLE : STRIDE_QUICK };
		tests[n] = (struct CMUnitTest){ verbs[i].name, verb_survives, NULL, NULL, &plans[n] };
		n++;
	}
	failed = _cmocka_run_group_tests("a kill at every system call", tests, n, NULL, NULL);
	free(tests);
	free(plans);
	return failed;
}
