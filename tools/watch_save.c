/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/file.h"
#include "keys/store/identity.h"
#include "tools/common.h"
#include "tools/journal.h"
#include "tools/notify.h"
#include "tools/watch.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SAY_MAX = 1024 };

int64_t es_watch_now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) < 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void es_watch_write_record(const struct es_watch *w)
{
	char path[ES_PATH_TEXT + 32];
	ES_BUF json = { NULL, 0 };

	snprintf(path, sizeof path, "%s/" ES_WATCH_RECORD_NAME, w->run_dir);
	/* Only status reads it: a failure isn't a reason to stop watching. */
	if (es_watch_record_write(&w->record, &json) == ES_OK &&
	    es_file_write(AT_FDCWD, path, es_buf_span(&json)) != ES_OK)
		es_warn("can't write %s", path);
}

void es_watch_changed(struct es_watch *w)
{
	es_schedule_changed(&w->schedule, es_watch_now());
	if (w->record.unsaved_since[0] != '\0' || w->record.state == ES_WATCH_WAITING)
		return;
	es_time_now(w->record.unsaved_since);
	if (w->record.state == ES_WATCH_SAVED)
		w->record.state = ES_WATCH_CHANGED;
	es_watch_write_record(w);
}

/* Reported when the number changes, not with every save. */
static void say_left_out(struct es_watch *w, const struct es_pack_report *report)
{
	char text[ES_LEFT_OUT_TEXT];

	if (report->skipped != w->left_out && es_left_out_words(report, text))
		es_journal(&(struct es_entry){ .message = ES_SAY_LEFT_OUT, .text = text, .entries = report->skipped });
	w->left_out = report->skipped;
	if (report->stripped != w->stripped && es_stripped_words(report, text))
		es_journal(&(struct es_entry){ .message = ES_SAY_LEFT_OUT, .text = text, .entries = report->stripped });
	w->stripped = report->stripped;
	if (report->linked != w->linked && es_linked_words(report, text))
		es_journal(&(struct es_entry){ .message = ES_SAY_LEFT_OUT, .text = text, .entries = report->linked });
	w->linked = report->linked;
}

static void say_saved(const struct es_saved *saved, int64_t took_ms)
{
	char text[SAY_MAX], size[ES_SIZE_TEXT];
	struct es_entry entry = {
		.message = ES_SAY_SAVED,
		.text = text,
		.generation = saved->generation,
		.revision = saved->revision,
		.bytes = saved->size,
		.entries = saved->report.entries,
		.usec = (uint64_t)took_ms * 1000,
	};

	es_size_words(saved->size, size);
	snprintf(text, sizeof text,
		 "saved generation %" PRIu64 ".%" PRIu64 ": %" PRIu64 " entries, %s, in %" PRId64 " ms",
		 saved->generation, saved->revision, saved->report.entries, size, took_ms);
	es_journal(&entry);
	if (saved->tpm_error == ES_OK)
		return;
	snprintf(text, sizeof text, "saved, but the TPM's counter wasn't raised: %s. %s",
		 es_reason_words(saved->tpm_error)->what, es_reason_words(saved->tpm_error)->next);
	entry.message = ES_SAY_SAVED_WITHOUT_TPM;
	entry.reason = saved->tpm_error;
	es_journal(&entry);
}

static void went_well(struct es_watch *w, const struct es_saved *saved, int64_t began)
{
	int64_t now = es_watch_now();

	es_schedule_saved(&w->schedule, now, began, saved);
	if (w->record.reason[0] != '\0')
		es_journal(&(struct es_entry){ .message = ES_SAY_SAVE_WORKS_AGAIN, .text = "saving works again" });
	if (w->record.state == ES_WATCH_WAITING)
		es_notify("STATUS=watching");
	if (!saved->unchanged) {
		say_saved(saved, now - began);
		es_time_now(w->record.saved);
	}
	say_left_out(w, &saved->report);
	w->record.generation = saved->generation;
	w->record.revision = saved->revision;
	w->record.reason[0] = w->record.detail[0] = '\0';
	w->record.state = ES_WATCH_SAVED;
	if (!w->schedule.changed)
		w->record.unsaved_since[0] = '\0';
}

/* Reported once for each reason: a disk that stays full isn't reported every minute. */
static void went_wrong(struct es_watch *w, enum es_reason r, const char *detail)
{
	const struct es_words *words = es_reason_words(r);
	char text[SAY_MAX];

	es_schedule_failed(&w->schedule, es_watch_now());
	snprintf(text, sizeof text, "can't save the configuration: %s%s%s. Will retry. %s", words->what,
		 detail[0] != '\0' ? ": " : "", detail, words->next);
	if (strcmp(w->record.reason, words->id) != 0)
		es_journal(&(struct es_entry){ .message = ES_SAY_SAVE_FAILED, .text = text, .reason = r });
	snprintf(w->record.reason, sizeof w->record.reason, "%s", words->id);
	snprintf(w->record.detail, sizeof w->record.detail, "%s", detail);
	w->record.state = ES_WATCH_FAILING;
	if (w->record.unsaved_since[0] == '\0')
		es_time_now(w->record.unsaved_since);
}

static void goes_on_waiting(struct es_watch *w)
{
	es_schedule_not_configured(&w->schedule, es_watch_now());
	if (w->record.state == ES_WATCH_WAITING)
		return;
	es_journal(&(struct es_entry){ .message = ES_SAY_WATCH_WAITING,
				       .text = "this host isn't configured yet, so nothing is saved; changes are saved "
					       "once `etcseal init` has sealed it" });
	es_notify("STATUS=waiting for `etcseal init`");
	w->record.state = ES_WATCH_WAITING;
	w->record.unsaved_since[0] = w->record.reason[0] = w->record.detail[0] = '\0';
}

static bool is_mounted_on_demand(const char *dir)
{
	char line[ES_PATH_TEXT + 512], place[ES_PATH_TEXT + 16];
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	bool found = false;

	if (mounts == NULL)
		return false;
	snprintf(place, sizeof place, " %s ", dir);
	while (!found && fgets(line, sizeof line, mounts) != NULL)
		found = strstr(line, place) != NULL && strstr(line, " - autofs ") != NULL;
	fclose(mounts);
	return found;
}

/* An open file keeps the mount from being unmounted when idle. While systemd shuts down it mounts nothing on demand,
 * and the mount would wait until this service has stopped; the last save happens just then. */
static void keep_mounted(struct es_watch *w, const struct es_host *host)
{
	const char *dir = es_host_boot_dir(host);

	if (w->boot < 0 && dir != NULL && is_mounted_on_demand(dir))
		w->boot = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static enum es_reason save(struct es_watch *w, enum es_count count)
{
	const struct es_host_request request = es_host_request_of(w->args);
	int64_t began = es_watch_now();
	struct es_saved saved;
	ES_HOST host = NULL;
	enum es_reason r;

	/* This save includes every change reported up to here. */
	(void)es_tree_watch_drain(&w->changes);
	(void)es_tree_watch_walk(&w->changes);
	r = es_host_open(&request, &host);
	if (r == ES_OK)
		keep_mounted(w, host);
	if (r == ES_OK)
		r = es_host_save(host, &(struct es_save_request){ .count = count }, &saved);
	if (r == ES_OK)
		went_well(w, &saved, began);
	else if (host != NULL && es_host_awaits_init(host) &&
		 (r == ES_NOT_CONFIGURED || r == ES_NO_BOOT_PARTITION || r == ES_OTHER_BOOT_PARTITION))
		goes_on_waiting(w);
	else
		went_wrong(w, r, host != NULL ? es_host_detail(host) : "");
	es_watch_write_record(w);
	return r;
}

bool es_watch_save(struct es_watch *w, enum es_count count)
{
	return save(w, count) == ES_OK;
}

bool es_watch_save_last(struct es_watch *w)
{
	enum es_reason r = save(w, ES_COUNT_NOW);

	if (r != ES_OK && es_reason_words(r)->exit == ES_EXIT_TPM)
		r = save(w, ES_COUNT_LATER);
	return r == ES_OK;
}
