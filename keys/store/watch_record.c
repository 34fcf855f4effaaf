/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/watch_record.h"

#include "keys/store/covered.h"
#include "keys/store/json.h"

#include <string.h>

const char *const es_watch_state_names[ES_WATCH_STATES] = { "saved", "changed", "failing", "stopped", "waiting" };

enum { RECORD_MAX = 16 << 10 };

static bool set_time(json_t *o, const char *key, const char *time)
{
	return time[0] != '\0' ? es_json_set_text(o, key, time) : es_json_set_null(o, key);
}

static bool set_number(json_t *o, const char *key, uint64_t n)
{
	return es_json_set(o, key, json_integer((json_int_t)n));
}

static bool fill(json_t *o, const struct es_watch_record *r)
{
	char detail[ES_WATCH_DETAIL_TEXT];

	es_printable(r->detail, detail, sizeof detail);
	return es_json_set_text(o, "format", "etcseal-watch") && set_number(o, "version", 1) &&
	       es_json_set_text(o, "state", es_watch_state_names[r->state]) && set_time(o, "since", r->since) &&
	       set_time(o, "saved", r->saved) && set_time(o, "unsaved_since", r->unsaved_since) &&
	       set_number(o, "generation", r->generation) && set_number(o, "revision", r->revision) &&
	       es_json_set_text(o, "reason", r->reason) && es_json_set_text(o, "detail", detail) &&
	       es_json_set(o, "notified", json_boolean(r->notified));
}

static void time_or_null(struct es_json *j, const char *key, char ret[static ES_TIME_TEXT])
{
	if (!es_json_is_null(j, key))
		es_json_shaped(j, key, ES_SHAPE_TIME, ret, ES_TIME_TEXT);
}

enum es_reason es_watch_record_parse(struct es_span json, struct es_watch_record *ret)
{
	char detail[ES_JSON_DETAIL];
	ES_JSON obj = NULL;
	struct es_watch_record r = { 0 };
	struct es_json j = { .where = "", .detail = detail };

	j.reason = json.len > RECORD_MAX ? ES_TOO_LARGE : es_json_parse(json, &obj, detail);
	j.obj = obj;
	es_json_expect(&j, "format", "etcseal-watch", ES_FORMAT);
	if (es_json_uint(&j, "version", UINT64_MAX) != 1)
		es_json_fail(&j, ES_VERSION, "version", "unknown to this release");
	r.state = (enum es_watch_state)es_json_choice(&j, "state", es_watch_state_names, ES_WATCH_STATES, ES_FORMAT);
	time_or_null(&j, "since", r.since);
	time_or_null(&j, "saved", r.saved);
	time_or_null(&j, "unsaved_since", r.unsaved_since);
	r.generation = es_json_uint(&j, "generation", UINT64_MAX);
	r.revision = es_json_uint(&j, "revision", UINT64_MAX);
	es_json_text(&j, "reason", r.reason, sizeof r.reason);
	es_json_text(&j, "detail", r.detail, sizeof r.detail);
	r.notified = es_json_bool(&j, "notified");
	if (j.reason == ES_OK)
		*ret = r;
	return j.reason;
}

enum es_reason es_watch_record_write(const struct es_watch_record *record, struct es_buf *ret)
{
	ES_JSON o = NULL;
	ES_BUF text = { NULL, 0 };
	struct es_watch_record again;
	enum es_reason r;

	if ((unsigned)record->state >= ES_WATCH_STATES || record->generation > ES_JSON_UINT_MAX ||
	    record->revision > ES_JSON_UINT_MAX)
		return ES_ARGUMENT;
	o = json_object();
	if (o == NULL || !fill(o, record))
		return ES_MEMORY;
	r = es_json_print(o, &text);
	if (r != ES_OK)
		return r;
	if (es_watch_record_parse(es_buf_span(&text), &again) != ES_OK)
		return ES_ARGUMENT;
	*ret = es_buf_take(&text);
	return ES_OK;
}
