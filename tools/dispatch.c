/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/dispatch.h"

#include "tools/help.h"
#include "tools/lock.h"
#include "tools/output.h"
#include "tools/parse.h"
#include "tools/verb_table.h"

#include <stdio.h>

/* Memory is locked before the first plaintext is in it. */
static enum es_exit run(const struct es_args *args)
{
	if (!args->verb->no_secrets)
		es_lock_memory();
	return args->verb->run(args);
}

enum es_exit es_dispatch(int argc, char *const *argv)
{
	char fault[ES_PARSE_TEXT];
	struct es_args args;
	enum es_exit status;

	if (argc < 2) {
		es_help_overview(es_verbs, stderr);
		return ES_EXIT_USAGE;
	}
	if (!es_parse(es_verbs, argc, argv, &args, fault))
		status = es_usage_error(&args, "%s", fault);
	else if (es_arg_given(&args, "help"))
		status = es_help_show(&args, args.verb, args.name, stdout);
	else if (es_arg_given(&args, "version"))
		status = es_verb_version(&args);
	else
		status = run(&args);
	if (!es_output_finish() && status == ES_EXIT_DONE)
		status = ES_EXIT_FAILED;
	return status;
}
