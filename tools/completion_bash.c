/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/completion.h"
#include "tools/help.h"

#include <stdio.h>
#include <string.h>

/* bash splits --mode=tpm into three words, since '=' is one of its word breaks. */
static const char head[] =
    "# bash completion for etcseal; made by `etcseal completion bash`\n"
    "_etcseal()\n"
    "{\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' words='' i\n"
    "\t[ \"$cur\" = '=' ] && cur=''\n"
    "\t[ \"$prev\" = '=' ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
    "\t\tcase ${COMP_WORDS[i]} in\n"
    "\t\t[a-z]*) [ \"${COMP_WORDS[i-1]}\" = '=' ] || case \"${COMP_WORDS[i-1]}\" in --*) _etcseal_takes_value "
    "\"${COMP_WORDS[i-1]}\" && continue ;; esac\n"
    "\t\t\t[ \"${COMP_WORDS[i-1]}\" = '=' ] || verb=\"${verb:+$verb }${COMP_WORDS[i]}\" ;;\n"
    "\t\tesac\n"
    "\tdone\n";

static void show_values(const struct es_option *options)
{
	for (const struct es_option *o = options; o != NULL && o->name != NULL; o++) {
		if (o->value == NULL)
			continue;
		printf("\t--%s)\n", o->name);
		if (strcmp(o->value, "DIR") == 0) {
			printf("\t\tCOMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n");
		} else if (strcmp(o->value, "FILE") == 0) {
			printf("\t\tCOMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
		} else if (es_completion_has_words(o)) {
			printf("\t\tCOMPREPLY=($(compgen -W '");
			es_completion_words(o->value);
			printf("' -- \"$cur\")); return ;;\n");
		} else {
			printf("\t\treturn ;;\n");
		}
	}
}

static void show_all_values(const struct es_verb *verbs)
{
	for (const struct es_verb *v = verbs; v->name != NULL; v++) {
		show_values(v->options);
		if (v->verbs != NULL)
			show_all_values(v->verbs);
	}
}

static void show_names(const struct es_option *options)
{
	for (const struct es_option *o = options; o != NULL && o->name != NULL; o++)
		printf(" --%s%s", o->name, o->value != NULL ? "=" : "");
}

static void show_verbs(const struct es_args *args, const char *before, const struct es_verb *verbs)
{
	printf("\t'%s') words='", before);
	for (const struct es_verb *v = verbs; v->name != NULL; v++)
		printf("%s%s", v == verbs ? "" : " ", v->name);
	show_names(es_global_options);
	printf("' ;;\n");
	for (const struct es_verb *v = verbs; v->name != NULL; v++) {
		char name[ES_VERB_TEXT];

		snprintf(name, sizeof name, "%s%s%s", before, before[0] != '\0' ? " " : "", v->name);
		if (v->verbs != NULL) {
			show_verbs(args, name, v->verbs);
			continue;
		}
		printf("\t'%s'*) words='", name);
		show_names(v->options);
		show_names(es_global_options);
		if (strcmp(v->name, "help") == 0)
			for (const struct es_verb *o = args->verbs; o->name != NULL; o++)
				printf(" %s", o->name);
		if (v->operands != NULL && v->operands[0] >= 'a' && v->operands[0] <= 'z') {
			printf(" ");
			es_completion_words(v->operands);
		}
		printf("'");
		if (v->operands != NULL && strcmp(v->operands, "FILE") == 0)
			printf("\n\t\t[[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- \"$cur\")); return; }");
		printf(" ;;\n");
	}
}

void es_completion_bash(const struct es_args *args)
{
	printf("_etcseal_takes_value()\n{\n\tcase $1 in\n\t--=");
	es_completion_value_options(args->verbs, "|--");
	printf(") return 0 ;;\n\tesac\n\treturn 1\n}\n%s", head);
	printf("\tcase $prev in\n");
	show_all_values(args->verbs);
	show_values(es_global_options);
	printf("\tesac\n\tcase $verb in\n");
	show_verbs(args, "", args->verbs);
	printf("\tesac\n"
	       "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	       "\t[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null\n"
	       "}\n"
	       "complete -o filenames -F _etcseal etcseal\n");
}
