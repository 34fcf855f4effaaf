/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fault at every TPM command: each verb is run with its nth command failing, for every n and every kind of failure.
 * Then the host boots with a working TPM, and must open automatically or with its recovery key, with what was saved.
 * Without an argument only a part, in which every command fails in some way; --whole: every command in every way.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/clock.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tests/lib/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMANDS_MAX = 160, QUICK_STRIDE = 3, SILENCE_MS = 250 };

enum fault {
	FAULT_ERROR,      /* TPM_RC_FAILURE, once */
	FAULT_RETRY,      /* TPM_RC_RETRY, once */
	FAULT_LOCKOUT,    /* TPM_RC_LOCKOUT, once */
	FAULT_UNANSWERED, /* executed, but the answer is lost */
	FAULT_SILENCE,    /* no answer at all */
	FAULT_GONE,       /* the connection ends, and accepts no further command */
	FAULT_DEAD,       /* TPM_RC_FAILURE from here on, like a TPM in failure mode */
	FAULTS
};

static const char *const fault_names[FAULTS] = {
	"error", "retry", "lockout", "answer lost", "silence", "gone", "dead"
};

struct plan {
	const struct verb *verb;
	bool whole;
	unsigned number; /* of the verb */
};

struct run {
	struct endured h;
	struct es_proxy *proxy;
	unsigned at; /* the command that fails; UINT32_MAX: none */
	enum fault fault;
	unsigned clean_ms; /* that the verb takes without faults */
};

/* The total time that the TPM may take in the tested verb: the test doesn't wait through a silence for as long as a
 * host does. Set by the linker (--wrap=es_tpm_open), so that the product needs no switch for it. */
static unsigned bound_ms = ES_TPM_TIMEOUT_MS;
enum es_reason __real_es_tpm_open(const char *tcti, unsigned bound, struct es_tpm **ret);
enum es_reason __wrap_es_tpm_open(const char *tcti, unsigned bound, struct es_tpm **ret);
enum es_reason __wrap_es_tpm_open(const char *tcti, unsigned bound, struct es_tpm **ret)
{
	return __real_es_tpm_open(tcti, bound < bound_ms ? bound : bound_ms, ret);
}

static void before(void *arg, struct es_proxy_message *m)
{
	const struct run *run = arg;

	if (m->nth < run->at || (m->nth > run->at && run->fault != FAULT_GONE && run->fault != FAULT_DEAD))
		return;
	if (run->fault == FAULT_ERROR || run->fault == FAULT_DEAD)
		es_proxy_answer(m, 0x101);
	else if (run->fault == FAULT_RETRY)
		es_proxy_answer(m, 0x922);
	else if (run->fault == FAULT_LOCKOUT)
		es_proxy_answer(m, 0x921);
	else if (run->fault == FAULT_SILENCE)
		m->hang = true;
	else if (run->fault == FAULT_GONE)
		m->hang_up = true;
}

static void after(void *arg, struct es_proxy_message *m)
{
	const struct run *run = arg;

	m->hang_up = m->nth == run->at && run->fault == FAULT_UNANSWERED;
}

static const char *by_proxy(struct machine *m)
{
	struct run *run = m->way_arg;

	es_proxy_stop(run->proxy);
	run->proxy = es_proxy_start(es_swtpm_port(m->tpm), before, after, run);
	return es_proxy_tcti(run->proxy);
}

/* Runs the verb from the kept point on; returns the number of commands it sent. */
static unsigned run_verb(struct run *run, const struct verb *verb, enum es_reason *ret)
{
	unsigned commands;

	endured_back(&run->h);
	if (!verb->opens)
		machine_write(&run->h.m, ENDURED_FILE, ENDURED_NEW);
	run->h.m.way = by_proxy;
	run->h.m.way_arg = run;
	/* Enough to reach the command that is never answered, even on a busy machine. */
	bound_ms =
	    run->fault == FAULT_SILENCE && run->at != UINT32_MAX ? SILENCE_MS + 3 * run->clean_ms : ES_TPM_TIMEOUT_MS;
	*ret = verb->run(&run->h);
	bound_ms = ES_TPM_TIMEOUT_MS;
	run->h.m.way = NULL;
	commands = run->proxy != NULL ? es_proxy_commands(run->proxy) : 0;
	es_proxy_stop(run->proxy);
	run->proxy = NULL;
	return commands;
}

static enum endured_way try(struct run *run, const struct verb *verb, enum fault fault, unsigned at)
{
	enum es_reason r;
	enum endured_way way;

	run->fault = fault;
	run->at = at;
	run_verb(run, verb, &r);
	way = endured_judge(&run->h, r == ES_OK && !verb->opens);
	if (way == ENDURED_LOST)
		print_message("# LOST: %s, %s at command %u; the verb said %s, then %s %s\n", verb->name,
			      fault_names[fault], at, es_reason_words(r)->id, run->h.record.refusal,
			      run->h.record.refusal_detail);
	/* The verb succeeded, and then the host asks for its recovery key: not lost, but not what the verb promised. */
	if (way == ENDURED_RECOVERY && r == ES_OK && !verb->opens)
		return ENDURED_STUCK;
	return way == ENDURED_LOST || endured_goes_on(&run->h) ? way : ENDURED_STUCK;
}

static void verb_survives(void **state)
{
	const struct plan *plan = *state;
	struct run run = { .at = UINT32_MAX };
	char row[FAULTS][COMMANDS_MAX + 1];
	unsigned commands, lost = 0;
	enum es_reason r;

	memset(row, 0, sizeof row);
	endured_start(&run.h);
	if (plan->verb->prepare != NULL)
		plan->verb->prepare(&run.h);
	endured_keep(&run.h);
	run.clean_ms = (unsigned)es_monotonic_ms();
	commands = run_verb(&run, plan->verb, &r);
	run.clean_ms = (unsigned)es_monotonic_ms() - run.clean_ms;
	assert_int_equal(r, ES_OK);
	assert_true(commands <= COMMANDS_MAX); /* none: a host in kdf mode doesn't ask its TPM */
	for (unsigned at = 0; at < commands; at++)
		for (enum fault fault = 0; fault < FAULTS; fault++) {
			enum endured_way way;

			row[fault][at] = ' ';
			if (!plan->whole && (at % FAULTS != fault || (at + plan->number) % QUICK_STRIDE != 0))
				continue;
			way = try(&run, plan->verb, fault, at);
			row[fault][at] = endured_letter[way];
			lost += way == ENDURED_LOST || way == ENDURED_STUCK;
		}
	for (enum fault fault = 0; fault < FAULTS; fault++)
		print_message("# %-24s %-12s |%s|\n", fault == 0 ? plan->verb->name : "", fault_names[fault],
			      row[fault]);
	endured_stop(&run.h);
	assert_int_equal(lost, 0);
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
		plans[n] = (struct plan){ &verbs[i], whole, i };
		tests[n] = (struct CMUnitTest){ verbs[i].name, verb_survives, NULL, NULL, &plans[n] };
		n++;
	}
	print_message(
	    "# one sign for each TPM command that failed: n opened automatically, with what the verb saved; o with\n"
	    "# what was saved before; r with the recovery key; - still unconfigured, as before; ! opens, but can't\n"
	    "# save; X lost\n");
	failed = _cmocka_run_group_tests("a fault at every TPM command", tests, n, NULL, NULL);
	free(tests);
	free(plans);
	return failed;
}
