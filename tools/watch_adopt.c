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

void es_watch_adopt(struct es_host *host, const char *run_dir)
{
	const struct es_adopt_request request = { .first_covered = true };
	struct es_adopt_report report;
	struct es_saved saved;
	char path[ES_PATH_TEXT + 32], text[SAY_MAX];
	enum es_reason r;

	snprintf(path, sizeof path, "%s/" ES_FIRST_COVERED_NAME, run_dir);
	if (access(path, F_OK) < 0)
		return;
	if (has_adopted(host)) {
		r = es_host_adopt(host, &request, &report, &saved);
		if (r == ES_OK)
			snprintf(text, sizeof text,
				 "adopted %" PRIu64 " files from paths that are covered for the first time, saved as "
				 "generation %" PRIu64,
				 report.files + report.links, saved.generation);
		else
			snprintf(text, sizeof text,
				 "can't adopt what is in paths that are covered for the first time: %s%s%s. "
				 "`etcseal adopt` tries again",
				 es_reason_words(r)->what, es_host_detail(host)[0] != '\0' ? ": " : "",
				 es_host_detail(host));
		if (r != ES_OK || report.files + report.links > 0)
			es_journal(&(struct es_entry){
			    .message = r == ES_OK ? ES_SAY_ADOPTED : ES_SAY_NOT_ADOPTED, .text = text, .reason = r });
	}
	(void)unlink(path);
}
