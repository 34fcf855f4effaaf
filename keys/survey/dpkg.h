/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to keys/survey: dpkg's files, parsed into a table of paths. A line that isn't well-formed is skipped. The
 * text must outlive the table, which points into it. ES_MEMORY; ES_TOO_LARGE: the table is full.
 */
#ifndef ES_SURVEY_DPKG_H
#define ES_SURVEY_DPKG_H

#include "keys/survey/path_table.h"

#include <stdbool.h>

struct es_dpkg_names;

struct es_dpkg {
	struct es_path_table paths;
	struct es_dpkg_names *names;
};

ES_MUST_CHECK enum es_reason es_dpkg_init(struct es_dpkg *d);
void es_dpkg_free(struct es_dpkg *d);

/* A copy that d owns; without an architecture ("libc6:amd64"). NULL: no memory, or not a package's name. */
const char *es_dpkg_name(struct es_dpkg *d, struct es_span name);

/* var/lib/dpkg/diversions: to be read before all others. */
ES_MUST_CHECK enum es_reason es_dpkg_diversions(struct es_dpkg *d, struct es_span text);
/* info/PACKAGE.list; package is es_dpkg_name()'s. */
ES_MUST_CHECK enum es_reason es_dpkg_list(struct es_dpkg *d, const char *package, struct es_span text);
/* info/PACKAGE.md5sums: for paths that are in a list. */
ES_MUST_CHECK enum es_reason es_dpkg_md5sums(struct es_dpkg *d, const char *package, struct es_span text);
/* var/lib/dpkg/status: its conffiles, also those of packages that were removed and not purged. */
ES_MUST_CHECK enum es_reason es_dpkg_status(struct es_dpkg *d, struct es_span text);

#endif
