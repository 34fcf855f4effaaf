/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/sources.h"

#include "initrd/fd.h"
#include "keys/core/labels.h"
#include "keys/core/options_recovery.h"
#include "keys/core/subject.h"
#include "keys/core/defences.h"
#include "keys/store/file.h"
#include "keys/store/hibernation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

void es_machine_event_log(const char *event_log, const struct es_say *say, struct es_sources *s)
{
	enum es_reason r = es_file_read(AT_FDCWD, event_log, ES_LOG_MAX, &s->event_log);

	if (r != ES_OK && r != ES_MISSING)
		es_say(say, ES_SAY_WARNING,
		       "the firmware's event log can't be used (%s); a refusal will be explained "
		       "without it",
		       es_reason_words(es_reason_of(ES_OF_LOG, r))->what);
}

void es_machine_hibernation(const struct es_source_paths *paths, struct es_sources *s)
{
	char detail[ES_HIBERNATION_TEXT] = "";
	enum es_reason r = es_hibernation_check(paths->power != NULL ? paths->power : ES_POWER_DIR, detail);

	if (r == ES_OK || !ES_WITH_RESUME_CHECK || s->no_automatic != ES_OK)
		return;
	s->no_automatic = r;
	snprintf(s->no_automatic_detail, sizeof s->no_automatic_detail, "%s", detail);
}

/* A malformed pin may have meant anything, so nothing opens automatically. */
static void read_pins(struct es_span options, struct es_sources *s)
{
	char detail[ES_PINS_DETAIL];
	enum es_reason r = es_pins_parse(options, &s->pins, detail);

	if (r == ES_OK)
		return;
	s->no_automatic = r;
	snprintf(s->no_automatic_detail, sizeof s->no_automatic_detail, "%s=", detail);
}

enum es_reason es_machine_options(const char *cmdline, struct es_sources *s, char ret_device[static ES_DEVICE_TEXT])
{
	ES_SECRET copy = NULL;
	ES_SECRET recovery = NULL;
	ES_FD fd = open(cmdline, O_RDONLY | O_CLOEXEC);
	struct es_span options, value = { 0 };
	enum es_reason r;
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return es_reason_from_errno(errno);
	/* The options may contain the key, so they are read into locked pages only. */
	r = es_secret_new(ES_OPTIONS_MAX, &copy);
	if (r != ES_OK)
		return r;
	r = es_secret_new(ES_RECOVERY_INPUT_MAX, &recovery);
	if (r != ES_OK)
		return r;
	while (len < ES_OPTIONS_MAX && (n = read(fd, es_secret_data(copy) + len, ES_OPTIONS_MAX - len)) > 0)
		len += (size_t)n;
	/* A key from the stub takes precedence: it is the one that was typed. */
	if (es_options_take_recovery((char *)es_secret_data(copy), &len, (char *)es_secret_data(recovery)) &&
	    s->recovery == NULL)
		s->recovery = es_take(recovery);
	options = (struct es_span){ es_secret_bytes(copy), len };
	read_pins(options, s);
	ret_device[0] = '\0';
	if (!es_options_find(options, ES_OPTION_DEVICE, &value))
		return ES_OK;
	if (value.len >= ES_DEVICE_TEXT)
		return ES_TOO_LARGE;
	memcpy(ret_device, value.data, value.len);
	ret_device[value.len] = '\0';
	return ES_OK;
}
