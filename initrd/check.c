/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcseal-boot check ROOT: the last check before the system on the root file system starts: is the configuration still
 * mounted over it? A program that ran since `apply` could have removed a mount.
 */
#include "initrd/commands.h"
#include "initrd/fd.h"
#include "initrd/finish.h"
#include "initrd/run.h"
#include "initrd/say.h"
#include "keys/core/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static enum es_exit answer(const struct es_say *say, const struct es_check_options *options, const struct es_run *run,
			   const struct es_boot_record *record)
{
	ES_FD root = open(options->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *path = "";
	enum es_reason r;

	if (root < 0) {
		es_say(say, ES_SAY_ERROR, "%s: %s", options->root, strerror(errno));
		return ES_EXIT_FAILED;
	}
	r = es_finish_check(run->dir, root, record, &path);
	if (r == ES_OK)
		return ES_EXIT_DONE;
	if (r == ES_NOT_MET)
		es_say(say, ES_SAY_ERROR, "%s%s isn't covered by the configuration: this root must not start",
		       options->root, path);
	else
		es_say(say, ES_SAY_ERROR, "`etcseal-boot apply` didn't finish (%s): this root must not start",
		       es_reason_words(r)->what);
	return ES_EXIT_FAILED;
}

enum es_exit es_check(const struct es_check_options *options)
{
	const char *run_dir = options->run_dir != NULL ? options->run_dir : ES_RUN_DIR;
	ES_SCOPED(es_say_close) struct es_say say;
	struct es_boot_record record;
	ES_RUN run = ES_RUN_NONE;
	enum es_reason r;

	es_say_open(&say, -1);
	r = es_run_open(run_dir, &run, &record);
	if (r != ES_OK) {
		es_say(&say, ES_SAY_ERROR,
		       "can't read %s/" ES_BOOT_JSON " or the tree in RAM: %s. Run `etcseal-boot unlock` first",
		       run_dir, es_reason_words(r)->what);
		return ES_EXIT_FAILED;
	}
	if (record.state == ES_BOOT_LOCKED) {
		es_say(&say, ES_SAY_ERROR, "the configuration is locked (%s)",
		       record.refusal[0] != '\0' ? record.refusal : "reason unknown");
		return ES_EXIT_LOCKED;
	}
	return answer(&say, options, &run, &record);
}
