/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `etcseal monitor`: a line and an exit code as the Monitoring Plugins have them, metrics for Prometheus, and what
 * other users may know. Of the host as `status` sees it, and of the next boot as `check` does.
 */
#include "keys/next/check.h"
#include "tools/common.h"
#include "tools/public.h"
#include "tools/status.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static void gather(const struct es_args *args, struct es_host *host, struct es_public *ret)
{
	const struct es_host_request request = es_host_request_of(args);
	ES_STATUS s = { .host = NULL };
	struct es_check check;

	es_status_gather(host, request.run_dir, &s);
	*ret = (struct es_public){
		.time = time(NULL),
		.configured = s.info != NULL || (s.boot != NULL && s.boot->state != ES_BOOT_UNCONFIGURED),
		.opened = s.state == ES_OK,
		.unsaved = s.unsaved_reason == ES_OK && s.unsaved,
		.watched = s.watch.running,
	};
	if (s.info != NULL) {
		ret->mode = s.info->mode;
		ret->generation = s.info->generation;
	}
	for (unsigned i = 0; i < s.warning_count; i++)
		ret->has[s.warning[i].condition] = true;
	ret->next_known = es_host_check(host, NULL, &check) == ES_OK;
	ret->next_opens = ret->next_known && check.opens;
	ret->has[ES_CONDITION_NEXT_LOCKED] = ret->next_known && !ret->next_opens;
}

static const char *word(enum es_level level)
{
	static const char *const words[ES_LEVELS] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return words[level];
}

static void say_conditions(const struct es_public *p, enum es_level level, const char *before)
{
	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++) {
		if (!p->has[i] || es_condition_words(i)->level != level)
			continue;
		printf("%s%s", before, es_condition_words(i)->words);
		before = "; ";
	}
}

/* One line: what is worst comes first, and figures follow a bar. */
static enum es_exit say(const struct es_public *p)
{
	enum es_level level = es_public_level(p);

	printf("ETCSEAL %s - ", word(level));
	if (level == ES_LEVEL_UNKNOWN)
		printf("nothing is configured");
	else if (level == ES_LEVEL_NOTE)
		printf("generation %" PRIu64 ", %s", p->generation,
		       p->next_opens ? "the next boot will open automatically" : "the next boot isn't predictable");
	else
		say_conditions(p, level, "");
	if (level == ES_LEVEL_CRITICAL)
		say_conditions(p, ES_LEVEL_WARNING, "; also: ");
	printf(" | generation=%" PRIu64 " unsaved=%d watch=%d next_boot_opens=%s critical=%u warnings=%u\n",
	       p->generation, p->unsaved, p->watched,
	       !p->next_known  ? "U"
	       : p->next_opens ? "1"
			       : "0",
	       es_public_count(p, ES_LEVEL_CRITICAL), es_public_count(p, ES_LEVEL_WARNING));
	return (enum es_exit)level;
}

static enum es_exit unknown(const char *why)
{
	printf("ETCSEAL UNKNOWN - %s\n", why);
	return (enum es_exit)ES_LEVEL_UNKNOWN;
}

/* For users who can't look themselves. */
static enum es_exit say_published(const char *dir)
{
	struct es_public p;
	char why[120];
	time_t age;

	if (es_public_load(dir, &p) != ES_OK)
		return unknown("only root can look, and etcseal-monitor.timer hasn't published anything");
	age = time(NULL) - p.time;
	if (age < 0 || age > ES_PUBLIC_AGE) {
		snprintf(why, sizeof why, "what etcseal-monitor.timer published is %lld s old", (long long)age);
		return unknown(why);
	}
	return say(&p);
}

static void fill_published(struct es_writer *w, const void *what)
{
	const struct es_public *p = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_number(&j, "time", (uint64_t)p->time);
	es_emit_bool(&j, "configured", p->configured);
	es_emit_bool(&j, "opened", p->opened);
	es_emit_text(&j, "mode", p->configured ? es_mode_names[p->mode] : NULL);
	es_emit_number(&j, "generation", p->generation);
	es_emit_bool(&j, "unsaved", p->unsaved);
	es_emit_bool(&j, "watch", p->watched);
	if (p->next_known)
		es_emit_bool(&j, "next_boot_opens", p->next_opens);
	else
		es_emit_null(&j, "next_boot_opens");
	es_emit_array(&j, "conditions");
	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++)
		if (p->has[i])
			es_emit_text(&j, NULL, es_condition_words(i)->id);
	es_emit_end(&j);
	es_emit_end(&j);
}

static void print_published(const struct es_public *p)
{
	char when[32];
	struct tm tm;

	gmtime_r(&p->time, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("  As of %s; `etcseal status` of root shows all\n", when);
	printf("  Mode            %s\n", p->configured ? es_mode_names[p->mode] : "none");
	printf("  Generation      %" PRIu64 "\n", p->generation);
	printf("  This boot       %s\n", p->opened ? "opened" : "NOT opened");
	printf("  Next boot       %s\n", !p->next_known  ? "unknown"
					 : p->next_opens ? "will open automatically"
							 : "will NOT open automatically");
	printf("  Watch           %s\n", p->watched ? "running" : "NOT running");
	printf("  Unsaved         %s\n", p->unsaved ? "changes" : "nothing");
	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++)
		if (p->has[i])
			printf("  ! %s\n", es_condition_words(i)->words);
}

bool es_status_published(const struct es_args *args, const char *dir, enum es_exit *ret)
{
	struct es_public p;

	if (es_public_load(dir, &p) != ES_OK)
		return false;
	*ret = ES_EXIT_DONE;
	if (args->json)
		*ret = es_print(fill_published, &p);
	else
		print_published(&p);
	if (*ret == ES_EXIT_DONE && !p.opened)
		*ret = p.configured ? ES_EXIT_LOCKED : ES_EXIT_NOT_CONFIGURED;
	return true;
}

enum es_exit es_verb_monitor(const struct es_args *args)
{
	const char *publish = es_arg(args, "publish");
	struct es_public p;
	ES_HOST host = NULL;
	ES_BUF metrics = { NULL, 0 };
	enum es_reason r = ES_OK;

	if (geteuid() != 0 && publish == NULL && !es_arg_given(args, "metrics"))
		return say_published(ES_PUBLIC_DIR);
	if (es_open_host(args, &host) != ES_EXIT_DONE)
		return unknown("the host can't be looked at");
	gather(args, host, &p);
	if (publish != NULL)
		r = es_public_save(publish, &p);
	if (r != ES_OK)
		return es_fail(args, r, publish);
	if (publish != NULL)
		return ES_EXIT_DONE;
	if (!es_arg_given(args, "metrics"))
		return say(&p);
	r = es_public_metrics(&p, &metrics);
	if (r != ES_OK)
		return es_fail(args, r, "");
	fwrite(metrics.data, 1, metrics.len, stdout);
	return ES_EXIT_DONE;
}
