/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal recovery list`, in ESXi's columns. Needs an opened host: the recovery key comes from its escrow. */
#include "tools/common.h"
#include "tools/recovery_key.h"
#include "tools/verbs.h"

static void fill_table(struct es_writer *w, const void *what)
{
	es_write_text(w, "Recovery ID                             Key\n"
			 "--------------------------------------  ---\n");
	es_recovery_fill_line(w, what);
}

static void fill_json(struct es_writer *w, const void *what)
{
	struct es_emit j = { .out = w };

	es_emit_array(&j, NULL);
	es_recovery_fill_object(&j, NULL, what);
	es_emit_end(&j);
}

enum es_exit es_verb_recovery_list(const struct es_args *args)
{
	struct es_recovery_shown shown;
	ES_SECRET key = NULL;
	ES_HOST host = NULL;
	enum es_exit status = es_open_host(args, &host);
	enum es_reason r;

	if (status != ES_EXIT_DONE)
		return status;
	r = es_host_recovery_key(host, &key);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	shown = (struct es_recovery_shown){ es_recovery_protector(host), key };
	status = es_print(args->json ? fill_json : fill_table, &shown);
	es_note("recovery key %s listed", shown.protector->id);
	return status;
}
