/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/completion.h"

#include <stdio.h>
#include <string.h>

static const char head[] = "# fish completion for etcseal; made by `etcseal completion fish`\n"
			   "function __etcseal_verb\n"
			   "\tset -l words (commandline -opc)\n"
			   "\tset -e words[1]\n"
			   "\tset -l verb\n"
			   "\tset -l is_value no\n"
			   "\tfor word in $words\n"
			   "\t\tif test $is_value = yes\n"
			   "\t\t\tset is_value no\n"
			   "\t\t\tcontinue\n"
			   "\t\tend\n"
			   "\t\tswitch $word\n"
			   "\t\t\tcase '--*=*'\n"
			   "\t\t\tcase";

static const char tail[] = "\n\t\t\t\tset is_value yes\n"
			   "\t\t\tcase '-*'\n"
			   "\t\t\tcase '*'\n"
			   "\t\t\t\tset -a verb $word\n"
			   "\t\tend\n"
			   "\tend\n"
			   "\techo \"$verb\"\n"
			   "end\n"
			   "function __etcseal_at\n"
			   "\ttest \"$(__etcseal_verb)\" = \"$argv\"\n"
			   "end\n"
			   "function __etcseal_in\n"
			   "\tstring match -qr -- \"^$argv( |\\$)\" \"$(__etcseal_verb)\"\n"
			   "end\n"
			   "complete -c etcseal -f\n";

static void show_option(const struct es_option *o, const char *verb)
{
	printf("complete -c etcseal");
	if (verb != NULL)
		printf(" -n '__etcseal_in \"%s\"'", verb);
	printf(" -l %s -d ", o->name);
	es_completion_quote(o->help);
	if (es_completion_has_words(o)) {
		printf(" -x -a '");
		es_completion_words(o->value);
		printf("'");
	} else if (o->value != NULL) {
		printf(strcmp(o->value, "TEXT") == 0 ? " -x" : " -r -F");
	}
	printf("\n");
}

static void show_operands(const struct es_completed *c)
{
	const char *operands = c->verb->operands;

	if (operands == NULL)
		return;
	if (strcmp(operands, "FILE") == 0)
		printf("complete -c etcseal -n '__etcseal_in \"%s\"' -F\n", c->name);
	if (operands[0] < 'a' || operands[0] > 'z')
		return;
	printf("complete -c etcseal -n '__etcseal_at \"%s\"' -a '", c->name);
	es_completion_words(operands);
	printf("'\n");
}

static void show(const struct es_completed *c)
{
	for (const struct es_verb *v = c->verbs; v != NULL && v->name != NULL; v++) {
		printf("complete -c etcseal -n '__etcseal_at \"%s\"' -a %s -d ", c->name, v->name);
		es_completion_quote(v->help);
		printf("\n");
	}
	if (c->verb == NULL)
		return;
	for (const struct es_option *o = c->verb->options; o != NULL && o->name != NULL; o++)
		show_option(o, c->name);
	show_operands(c);
}

void es_completion_fish(const struct es_verb *all)
{
	printf("%s", head);
	es_completion_value_options(all, " --");
	printf("%s", tail);
	for (const struct es_option *o = es_global_options; o->name != NULL; o++)
		show_option(o, NULL);
	es_completion_walk(all, show);
}
