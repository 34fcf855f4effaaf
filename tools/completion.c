/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal completion SHELL`: a script generated from the table of verbs, so that it is never out of date. */
#include "tools/completion.h"

#include "tools/help.h"
#include "tools/output.h"

#include <string.h>

enum es_exit es_verb_completion(const struct es_args *args)
{
	const char *shell = args->operands[0];

	if (strcmp(shell, "bash") == 0)
		es_completion_bash(args);
	else if (strcmp(shell, "zsh") == 0)
		es_completion_zsh(args->verbs);
	else if (strcmp(shell, "fish") == 0)
		es_completion_fish(args->verbs);
	else
		return es_usage_error(args, "completion is available for bash, zsh and fish, not for %.40s", shell);
	return ES_EXIT_DONE;
}
