/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/hibernation.h"

#include "keys/store/sysfs.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 64 };

static enum es_reason read_line(const char *power, const char *name, char ret[static SHOWN_MAX])
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", power, name) >= (int)sizeof path)
		return ES_ARGUMENT;
	return es_sysfs_line(path, ret, SHOWN_MAX);
}

static bool unset(const char *resume)
{
	return strcmp(resume, "0:0") == 0;
}

enum es_reason es_hibernation_check(const char *power, char ret_detail[static ES_HIBERNATION_TEXT])
{
	char modes[SHOWN_MAX] = "", device[SHOWN_MAX] = "";
	enum es_reason disk_is = read_line(power, "disk", modes), resume_is = read_line(power, "resume", device);

	/* A kernel without hibernation has neither file. */
	if (disk_is == ES_MISSING && resume_is == ES_MISSING)
		return ES_OK;
	if (disk_is == ES_OK && strcmp(modes, "[disabled]") == 0 &&
	    (resume_is == ES_MISSING || (resume_is == ES_OK && unset(device))))
		return ES_OK;
	snprintf(ret_detail, ES_HIBERNATION_TEXT, "%s/disk: %s, resume: %s", power,
		 disk_is == ES_OK ? modes : es_reason_words(disk_is)->what,
		 resume_is == ES_OK ? device : es_reason_words(resume_is)->what);
	return ES_RESUME_POSSIBLE;
}

bool es_hibernation_is_built_in(const char *power)
{
	char modes[SHOWN_MAX];

	return read_line(power, "disk", modes) != ES_MISSING;
}
