/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `etcseal watch`: saves the configuration whenever it has changed, and one last time when it is told to end. A failed
 * save doesn't end it: it retries, and records the failure in watch.json and the journal.
 *
 * It does not protect from a power cut within the seconds between a change and its save.
 */
#include "tools/watch.h"

#include "keys/store/file.h"
#include "keys/store/identity.h"
#include "tools/common.h"
#include "tools/journal.h"
#include "tools/notify.h"
#include "tools/verbs.h"
#include "tools/watch_adopt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { GATHER_MS = 200 }; /* events in quick succession are handled together */

static void watch_close(struct es_watch *w)
{
	es_tree_watch_close(&w->changes);
	es_fd_closep(&w->signals);
	es_fd_closep(&w->mounts);
	es_fd_closep(&w->lock);
	es_fd_closep(&w->boot);
}

static enum es_reason take_lock(struct es_watch *w)
{
	char path[ES_PATH_TEXT + 32];

	snprintf(path, sizeof path, "%s/" ES_WATCH_LOCK_NAME, w->run_dir);
	w->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (w->lock < 0)
		return es_reason_from_errno(errno);
	if (flock(w->lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? ES_BUSY : es_reason_from_errno(errno);
	return ES_OK;
}

/* Signals are blocked first, so that none is lost between two waits. */
static enum es_reason take_signals(struct es_watch *w)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return es_reason_from_errno(errno);
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return w->signals < 0 ? es_reason_from_errno(errno) : ES_OK;
}

static enum es_exit watch_open(struct es_watch *w, struct es_host *host)
{
	const struct es_boot_record *boot = es_host_boot(host);
	enum es_reason r = boot != NULL ? take_lock(w) : ES_NOT_BOOTED;

	if (r == ES_BUSY)
		return es_fail(w->args, r, "another `etcseal watch` is running");
	if (r == ES_OK)
		r = take_signals(w);
	if (r == ES_OK)
		r = es_tree_watch_open(w->run_dir, boot, &w->changes);
	if (r != ES_OK)
		return es_fail(w->args, r, w->run_dir);
	/* Signals a boot partition that is mounted late. */
	w->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	w->record.state = ES_WATCH_CHANGED;
	w->record.notified = w->changes.names >= 0 && w->changes.overlays > 0;
	es_time_now(w->record.since);
	es_schedule_start(&w->schedule, es_watch_now());
	return ES_EXIT_DONE;
}

static int until_next(const struct es_watch *w, int64_t now)
{
	int64_t wait = es_schedule_wait(&w->schedule, now), walk = w->walk_at - now;

	if (wait < 0 || walk < wait)
		wait = walk;
	return wait < 0 ? 0 : (int)wait;
}

static bool told_to_end(struct es_watch *w, int wait_ms)
{
	struct signalfd_siginfo info;
	struct pollfd p = { .fd = w->signals, .events = POLLIN };

	return poll(&p, 1, wait_ms) > 0 && read(w->signals, &info, sizeof info) == sizeof info;
}

/* Waits for the next event or deadline. False: it was told to end. */
static bool wait_for_more(struct es_watch *w)
{
	struct pollfd p[] = {
		{ .fd = w->signals, .events = POLLIN },
		{ .fd = w->changes.contents, .events = POLLIN },
		{ .fd = w->changes.names, .events = POLLIN },
		{ .fd = w->mounts, .events = POLLPRI },
	};

	if (poll(p, sizeof p / sizeof *p, until_next(w, es_watch_now())) < 0 && errno != EINTR)
		return !told_to_end(w, GATHER_MS);
	if (p[0].revents != 0 && told_to_end(w, 0))
		return false;
	if ((p[3].revents & (POLLPRI | POLLERR)) != 0)
		es_schedule_retry_now(&w->schedule, es_watch_now());
	if (p[1].revents == 0 && p[2].revents == 0)
		return true;
	if (es_tree_watch_drain(&w->changes))
		es_watch_changed(w);
	return !told_to_end(w, GATHER_MS);
}

static void look_around(struct es_watch *w)
{
	int64_t now = es_watch_now();

	if (now < w->walk_at)
		return;
	w->walk_at = now + ES_WALK_MS;
	w->adopted = w->adopted || es_watch_adopt(w);
	if (es_tree_watch_walk(&w->changes))
		es_watch_changed(w);
	if (now < w->deep_at || w->schedule.changed)
		return;
	w->deep_at = now + ES_DEEP_MS;
	(void)es_watch_save(w, ES_COUNT_LATER);
}

static void watch(struct es_watch *w)
{
	do {
		int64_t now = es_watch_now();

		if (es_schedule_wait(&w->schedule, now) == 0)
			(void)es_watch_save(w, es_schedule_count(&w->schedule, now));
		look_around(w);
		es_notify("WATCHDOG=1");
	} while (wait_for_more(w));
}

static enum es_exit watch_end(struct es_watch *w)
{
	bool saved, waited;

	es_notify("STOPPING=1\nSTATUS=saving one last time");
	saved = es_watch_save_last(w);
	waited = w->record.state == ES_WATCH_WAITING;
	w->record.state = ES_WATCH_STOPPED;
	es_watch_write_record(w);
	if (saved || waited)
		es_journal(&(struct es_entry){ .message = ES_SAY_WATCH_STOPPED,
					       .text = waited
							   ? "stopped; this host isn't configured, so nothing is saved"
							   : "stopped; all changes are saved",
					       .generation = w->record.generation });
	else
		es_journal(&(struct es_entry){ .message = ES_SAY_NOT_SAVED_AT_STOP,
					       .text = "stopped, but the last changes are NOT saved" });
	return saved || waited ? ES_EXIT_DONE : ES_EXIT_FAILED;
}

enum es_exit es_verb_watch(const struct es_args *args)
{
	const struct es_host_request request = es_host_request_of(args);
	ES_SCOPED(watch_close)
	struct es_watch w = {
		.args = args,
		.run_dir = request.run_dir != NULL ? request.run_dir : ES_RUN_DIR,
		.changes = { .tree = -1, .contents = -1, .names = -1 },
		.signals = -1,
		.mounts = -1,
		.lock = -1,
		.boot = -1,
	};
	enum es_exit failed;

	{
		ES_HOST host = NULL;
		enum es_reason r = es_host_open(&request, &host);

		/* A problem with the boot partition may pass; without the boot helper's record there is nothing to
		 * watch. */
		if (host == NULL || (r != ES_OK && es_host_boot(host) == NULL))
			return es_fail(args, r, host != NULL ? es_host_detail(host) : "");
		failed = watch_open(&w, host);
	}
	if (failed != ES_EXIT_DONE)
		return failed;
	es_watch_write_record(&w);
	es_journal(&(struct es_entry){ .message = ES_SAY_WATCH_STARTED,
				       .text = w.record.notified ? "watching; the kernel reports changes"
								 : "watching; checking for changes every 20 s" });
	es_notify("READY=1");
	watch(&w);
	return watch_end(&w);
}
