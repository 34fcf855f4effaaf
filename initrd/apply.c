/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcseal-boot apply ROOT: mounts the opened tree over the covered paths of the mounted root file system, all or none:
 * every mount is made before the first is attached. A host with half of its configuration must not start.
 */
#include "initrd/below.h"
#include "initrd/bind.h"
#include "initrd/commands.h"
#include "initrd/fd.h"
#include "initrd/finish.h"
#include "initrd/overlay.h"
#include "initrd/root.h"
#include "initrd/run.h"
#include "initrd/say.h"
#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct apply {
	const struct es_say *say;
	const struct es_boot_record *record;
	const char *run_dir;
	int root, tree, work;
	struct es_overlay overlay[ES_PATHS_MAX];
};

static enum es_reason make_all(struct apply *a)
{
	for (unsigned i = 0; i < a->record->path_count; i++) {
		const struct es_overlay_request request = {
			.root = a->root,
			.tree = a->tree,
			.work = a->work,
			.path = a->record->paths[i],
			.number = i,
			.run_dir = a->run_dir,
		};
		struct es_mount_notes notes = { 0 };
		enum es_reason r = es_covered_path_check(request.path);

		if (r == ES_OK && es_covered_by_other(a->record, i))
			continue;
		if (r == ES_OK)
			r = es_bind_applies(a->root, request.path) ? es_bind_make(&request, &a->overlay[i], &notes)
								   : es_overlay_make(&request, &a->overlay[i], &notes);
		if (r == ES_OK)
			continue;
		es_say(a->say, ES_SAY_ERROR, "%s can't be covered: %s", request.path,
		       notes.why[0] != '\0' ? notes.why : es_reason_words(r)->what);
		if (notes.next != NULL)
			es_say(a->say, ES_SAY_ERROR, "%s", notes.next);
		return r;
	}
	return ES_OK;
}

static enum es_reason attach_all(struct apply *a)
{
	for (unsigned i = 0; i < a->record->path_count; i++) {
		enum es_reason r;

		if (a->overlay[i].mount < 0)
			continue;
		r = es_overlay_attach(&a->overlay[i]);
		if (r == ES_OK)
			continue;
		es_say(a->say, ES_SAY_ERROR, "%s can't be covered: the mount: %s", a->record->paths[i],
		       es_reason_words(r)->what);
		while (i-- > 0)
			if (a->overlay[i].mount >= 0)
				es_mount_remove(a->overlay[i].mount);
		return r;
	}
	return ES_OK;
}

static enum es_reason apply(const struct es_say *say, const struct es_apply_options *options, const struct es_run *run,
			    const struct es_boot_record *record)
{
	struct apply a = {
		.say = say,
		.record = record,
		.run_dir = options->run_dir != NULL ? options->run_dir : ES_RUN_DIR,
		.tree = run->tree,
	};
	ES_FD root = open(options->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ES_FD work = openat(run->ram, "work", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	enum es_reason r;

	if (root < 0 || work < 0) {
		es_say(say, ES_SAY_ERROR, "%s: %s", root < 0 ? options->root : "the work folder in RAM",
		       strerror(errno));
		return es_reason_from_errno(errno);
	}
	a.root = root;
	a.work = work;
	if (es_root_note_mounts(run, root) != ES_OK)
		es_say_log(say, "can't list the mounts beneath the root file system in /run");
	if (es_root_note_first(run, record) != ES_OK)
		es_say_log(say, "can't list the paths that are covered for the first time in /run");
	es_below_clear(say, run, record, root);
	es_root_make_missing(say, run, record, root);
	if (es_below_show(run, root) != ES_OK)
		es_say_log(say, "can't show the root file system below the configuration in /run");
	for (unsigned i = 0; i < ES_PATHS_MAX; i++)
		a.overlay[i] = (struct es_overlay)ES_OVERLAY_NONE;
	r = make_all(&a);
	if (r == ES_OK)
		r = attach_all(&a);
	if (r == ES_OK) {
		r = es_finish_applied(run->dir, record, a.overlay);
		if (r != ES_OK)
			es_say(say, ES_SAY_ERROR, "can't record the mounts in %s/" ES_FINISH_APPLIED ": %s",
			       options->run_dir != NULL ? options->run_dir : ES_RUN_DIR, es_reason_words(r)->what);
	}
	for (unsigned i = 0; i < ES_PATHS_MAX; i++)
		es_overlay_close(&a.overlay[i]);
	return r;
}

static void say_covered(const struct es_say *say, const struct es_boot_record *record)
{
	for (unsigned i = 0; i < record->path_count; i++)
		es_say(say, ES_SAY_INFO, "%s is covered by the configuration in RAM", record->paths[i]);
	if (record->state != ES_BOOT_UNCONFIGURED)
		return;
	es_say(say, ES_SAY_WARNING,
	       "THIS HOST ISN'T CONFIGURED. Changes to a covered path are kept in RAM only, and are lost at the next "
	       "boot,");
	es_say(say, ES_SAY_WARNING, "until `etcseal init` seals it");
}

enum es_exit es_apply(const struct es_apply_options *options)
{
	const char *run_dir = options->run_dir != NULL ? options->run_dir : ES_RUN_DIR;
	ES_SCOPED(es_say_close) struct es_say say;
	struct es_boot_record record;
	ES_RUN run = ES_RUN_NONE;
	enum es_reason r;

	es_say_open(&say, -1);
	es_finish_clear(run_dir, ES_FINISH_APPLIED);
	r = es_run_open(run_dir, &run, &record);
	if (r != ES_OK) {
		es_say(&say, ES_SAY_ERROR,
		       "nothing is mounted over %s: can't read %s/" ES_BOOT_JSON " or the tree in RAM: %s. "
		       "Run `etcseal-boot unlock` first",
		       options->root, run_dir, es_reason_words(r)->what);
		return ES_EXIT_FAILED;
	}
	if (record.state == ES_BOOT_LOCKED) {
		es_say(&say, ES_SAY_ERROR, "nothing is mounted over %s: the configuration is locked (%s)",
		       options->root, record.refusal[0] != '\0' ? record.refusal : "reason unknown");
		return ES_EXIT_LOCKED;
	}
	r = apply(&say, options, &run, &record);
	if (r != ES_OK) {
		es_say(&say, ES_SAY_ERROR,
		       "nothing is mounted over %s: a host without its configuration must not start", options->root);
		return ES_EXIT_FAILED;
	}
	say_covered(&say, &record);
	return ES_EXIT_DONE;
}
