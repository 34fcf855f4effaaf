/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/completion.h"

#include <stdio.h>
#include <string.h>

static const char head[] = "#compdef etcseal\n"
			   "# zsh completion for etcseal; made by `etcseal completion zsh`\n"
			   "_etcseal() {\n"
			   "\tlocal verb='' i\n"
			   "\tlocal -a every verbs\n"
			   "\tfor ((i = 2; i < CURRENT; i++)); do\n"
			   "\t\tcase $words[i] in\n"
			   "\t\t--*=*) ;;\n"
			   "\t\t--";

static const char middle[] = ") ((i++)) ;;\n"
			     "\t\t-*) ;;\n"
			     "\t\t*) verb+=\"${verb:+ }$words[i]\" ;;\n"
			     "\t\tesac\n"
			     "\tdone\n";

/* Prints text in a specification of _arguments, inside single quotes. */
static void show_escaped(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:\\", *text) != NULL)
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void show_options(const struct es_option *options)
{
	for (const struct es_option *o = options; o != NULL && o->name != NULL; o++) {
		printf(" '%s--%s%s[", o->repeats ? "*" : "", o->name, o->value != NULL ? "=" : "");
		show_escaped(o->help);
		printf("]");
		if (es_completion_has_words(o)) {
			printf(":word:(");
			es_completion_words(o->value);
			printf(")");
		} else if (o->value != NULL && strcmp(o->value, "DIR") == 0) {
			printf(":folder:_files -/");
		} else if (o->value != NULL) {
			printf(strcmp(o->value, "TEXT") == 0 ? ":text: " : ":file:_files");
		}
		printf("'");
	}
}

static void show_verbs(const struct es_verb *verbs)
{
	printf("\t\tverbs=(");
	for (const struct es_verb *v = verbs; v->name != NULL; v++) {
		printf(" '%s:", v->name);
		for (const char *c = v->help; *c != '\0'; c++)
			printf(*c == '\'' ? "'\\''" : "%c", *c);
		printf("'");
	}
	printf(" )\n"
	       "\t\t[[ $words[CURRENT] == -* ]] || { _describe verb verbs; return }\n");
}

static void show_words(const char *words)
{
	printf(" '*:word:(");
	es_completion_words(words);
	printf(")'");
}

static unsigned words_in(const char *name)
{
	unsigned n = name[0] != '\0';

	for (; *name != '\0'; name++)
		n += *name == ' ';
	return n;
}

static void show(const struct es_completed *c)
{
	const char *operands = c->verb != NULL ? c->verb->operands : NULL;

	printf("\t('%s'", c->name);
	if (c->verbs == NULL)
		printf("|'%s '*", c->name);
	printf(")\n");
	if (c->verbs != NULL)
		show_verbs(c->verbs);
	printf("\t\t_arguments -S $every");
	if (c->verb != NULL)
		show_options(c->verb->options);
	for (unsigned i = 1; i <= words_in(c->name); i++)
		printf(" '%u: : '", i);
	if (operands != NULL && strcmp(operands, "FILE") == 0)
		printf(" '*:file:_files'");
	else if (operands != NULL && operands[0] >= 'a' && operands[0] <= 'z')
		show_words(operands);
	printf("\n\t\t;;\n");
}

void es_completion_zsh(const struct es_verb *all)
{
	printf("%s", head);
	es_completion_value_options(all, "|--");
	printf("%s\tevery=(", middle);
	show_options(es_global_options);
	printf(" )\n\tcase $verb in\n");
	es_completion_walk(all, show);
	printf("\tesac\n"
	       "}\n"
	       "# Autoloaded from a folder of completions, or sourced.\n"
	       "if [[ $funcstack[1] == _etcseal ]]; then _etcseal \"$@\"; else compdef _etcseal etcseal; fi\n");
}
