/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/watch_adopt.h"

#include "keys/change/adopt.h"
#include "keys/core/labels.h"
#include "keys/host/adopted.h"
#include "tools/common.h"
#include "tools/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { SAY_MAX = 1024 };

static bool has_adopted(struct es_host *host)
{
	ES_BUF list = { NULL, 0 };

	return es_host_adopted(host, &list) == ES_OK && list.len > 0;
}

static void say(const struct es_host *host, enum es_reason r, uint64_t files, const struct es_saved *saved)
{
	char text[SAY_MAX];
	const struct es_entry entry = {
		.message = r == ES_OK ? ES_SAY_ADOPTED : ES_SAY_NOT_ADOPTED,
		.text = text,
		.reason = r,
		.generation = r == ES_OK ? saved->generation : 0,
	};

	if (r == ES_OK)
		snprintf(text, sizeof text, "adopted %" PRIu64 " files from paths that are covered for the first time",
			 files);
	else
		snprintf(
		    text, sizeof text,
		    "can't adopt what is in paths that are covered for the first time: %s%s%s. `etcseal adopt` tries "
		    "again",
		    es_reason_words(r)->what, es_host_detail(host)[0] != '\0' ? ": " : "", es_host_detail(host));
	es_journal(&entry);
}

bool es_watch_adopt(const struct es_watch *w)
{
	const struct es_host_request at = es_host_request_of(w->args);
	const struct es_adopt_request request = { .first_covered = true };
	struct es_adopt_report report;
	struct es_saved saved = { 0 };
	char path[ES_PATH_TEXT + 32];
	ES_HOST host = NULL;
	enum es_reason r;

	snprintf(path, sizeof path, "%s/" ES_FIRST_COVERED_NAME, w->run_dir);
	if (access(path, F_OK) < 0)
		return true;
	if (es_host_open(&at, &host) != ES_OK)
		return false;
	if (has_adopted(host)) {
		r = es_host_adopt(host, &request, &report, &saved);
		if (r == ES_NO_BOOT_PARTITION || r == ES_OTHER_BOOT_PARTITION || r == ES_BUSY)
			return false;
		say(host, r, report.files + report.links, &saved);
	}
	(void)unlink(path);
	return true;
}
