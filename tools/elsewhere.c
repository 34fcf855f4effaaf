/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/elsewhere.h"

#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

static enum es_reason keep(void *context, const struct es_elsewhere *place)
{
	struct es_elsewhere_list *list = context;

	list->by_state[place->state]++;
	if (list->count < ES_ELSEWHERE_MAX)
		list->place[list->count++] = *place;
	return ES_OK;
}

void es_elsewhere_gather(const struct es_boot_record *boot, struct es_elsewhere_list *ret)
{
	ES_FD root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct es_elsewhere_request request = { root, boot->path_count, boot->paths };

	*ret = (struct es_elsewhere_list){ .count = 0 };
	ret->reason = root < 0 ? es_reason_from_errno(errno) : es_elsewhere_look(&request, keep, ret);
}

static void say_place(const struct es_args *args, const struct es_elsewhere *e)
{
	char more[32] = "";

	if (e->count > 1)
		snprintf(more, sizeof more, " and %" PRIu64 " more", e->count - 1);
	es_line(args, "  %s%s: %s\n      %s", e->where, more, e->holds, e->remedy);
}

void es_elsewhere_say(const struct es_args *args, const struct es_elsewhere_list *list)
{
	static const char *const head[ES_ELSEWHERE_STATES] = {
		[ES_ELSEWHERE_HOLDS] = "\nCopies elsewhere, in the clear:",
		[ES_ELSEWHERE_MAY] = "\nMay come to hold copies:",
	};

	for (int state = 0; state < ES_ELSEWHERE_STATES; state++) {
		if (list->by_state[state] == 0)
			continue;
		es_line(args, "%s", head[state]);
		for (unsigned i = 0; i < list->count; i++)
			if (list->place[i].state == (enum es_elsewhere_state)state)
				say_place(args, &list->place[i]);
	}
}

void es_elsewhere_emit(struct es_emit *j, const char *name, const struct es_elsewhere_list *list)
{
	if (list->reason != ES_OK) {
		es_emit_null(j, name);
		return;
	}
	es_emit_array(j, name);
	for (unsigned i = 0; i < list->count; i++) {
		const struct es_elsewhere *e = &list->place[i];

		es_emit_object(j, NULL);
		es_emit_text(j, "id", e->id);
		es_emit_text(j, "state", es_elsewhere_names[e->state]);
		es_emit_text(j, "where", e->where);
		es_emit_number(j, "files", e->count);
		es_emit_text(j, "secret", e->kind != ES_SENSITIVE_NO ? es_sensitive_words(e->kind)->id : NULL);
		es_emit_text(j, "holds", e->holds);
		es_emit_text(j, "remedy", e->remedy);
		es_emit_bool(j, "preset", e->preset);
		es_emit_end(j);
	}
	es_emit_end(j);
}
