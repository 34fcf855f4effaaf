/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/public.h"

#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PUBLIC_MAX = 16 << 10 };

enum es_level es_public_level(const struct es_public *p)
{
	enum es_level worst = ES_LEVEL_NOTE;

	if (!p->configured)
		return ES_LEVEL_UNKNOWN;
	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++)
		if (p->has[i] && es_condition_words(i)->level > worst)
			worst = es_condition_words(i)->level;
	return worst;
}

unsigned es_public_count(const struct es_public *p, enum es_level level)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++)
		n += p->has[i] && es_condition_words(i)->level == level;
	return n;
}

/* A text in memory, which becomes a buffer. */
struct text {
	char *data;
	size_t len;
	FILE *f;
};

static bool text_open(struct text *t)
{
	*t = (struct text){ NULL, 0, NULL };
	t->f = open_memstream(&t->data, &t->len);
	return t->f != NULL;
}

static enum es_reason text_close(struct text *t, struct es_buf *ret)
{
	bool failed = ferror(t->f) != 0;
	enum es_reason r;

	failed |= fclose(t->f) != 0;
	r = failed ? ES_MEMORY : es_buf_new(t->len, ret);
	if (r == ES_OK)
		memcpy(ret->data, t->data, t->len);
	free(t->data);
	return r;
}

static const char *yes(bool v)
{
	return v ? "yes" : "no";
}

enum es_reason es_public_write(const struct es_public *p, struct es_buf *ret)
{
	struct text t;

	if (!text_open(&t))
		return ES_MEMORY;
	fprintf(t.f, "etcseal-public 1\ntime %lld\nconfigured %s\n", (long long)p->time, yes(p->configured));
	fprintf(t.f, "opened %s\nmode %s\ngeneration %" PRIu64 "\n", yes(p->opened), es_mode_names[p->mode],
		p->generation);
	fprintf(t.f, "unsaved %s\nwatched %s\nnext-boot %s\n", yes(p->unsaved), yes(p->watched),
		!p->next_known ? "unknown" : yes(p->next_opens));
	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++)
		if (p->has[i])
			fprintf(t.f, "condition %s\n", es_condition_words(i)->id);
	return text_close(&t, ret);
}

/* The value of the next line, which must have that name; "" at the end. */
static bool next_value(char **at, const char *name, char **ret)
{
	size_t len = strlen(name);
	char *end = strchr(*at, '\n');

	if (end == NULL || strncmp(*at, name, len) != 0 || (*at)[len] != ' ')
		return false;
	*end = '\0';
	*ret = *at + len + 1;
	*at = end + 1;
	return true;
}

static bool next_yes(char **at, const char *name, bool *ret)
{
	char *v;

	if (!next_value(at, name, &v) || (strcmp(v, "yes") != 0 && strcmp(v, "no") != 0))
		return false;
	*ret = strcmp(v, "yes") == 0;
	return true;
}

static bool next_number(char **at, const char *name, uint64_t *ret)
{
	char *v, *end;

	if (!next_value(at, name, &v) || v[0] < '0' || v[0] > '9')
		return false;
	errno = 0;
	*ret = strtoull(v, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool next_mode(char **at, enum es_mode *ret)
{
	char *v;

	if (!next_value(at, "mode", &v))
		return false;
	*ret = strcmp(v, es_mode_names[ES_MODE_TPM]) == 0 ? ES_MODE_TPM : ES_MODE_KDF;
	return strcmp(v, es_mode_names[*ret]) == 0;
}

static bool next_boot(char **at, struct es_public *p)
{
	char *v;

	if (!next_value(at, "next-boot", &v))
		return false;
	p->next_known = strcmp(v, "unknown") != 0;
	p->next_opens = strcmp(v, "yes") == 0;
	return !p->next_known || p->next_opens || strcmp(v, "no") == 0;
}

static bool conditions(char *at, struct es_public *p)
{
	char *v;

	while (next_value(&at, "condition", &v)) {
		unsigned i = 0;

		while (i < ES_CONDITION_COUNT && strcmp(es_condition_words(i)->id, v) != 0)
			i++;
		if (i == ES_CONDITION_COUNT)
			return false;
		p->has[i] = true;
	}
	return *at == '\0';
}

enum es_reason es_public_parse(struct es_span text, struct es_public *ret)
{
	struct es_public p = { .time = 0 };
	char data[PUBLIC_MAX + 1], *at = data, *v;
	uint64_t time;

	if (text.len > PUBLIC_MAX || memchr(text.data, '\0', text.len) != NULL)
		return ES_FORMAT;
	memcpy(data, text.data, text.len);
	data[text.len] = '\0';
	if (!next_value(&at, "etcseal-public", &v) || strcmp(v, "1") != 0 || !next_number(&at, "time", &time) ||
	    !next_yes(&at, "configured", &p.configured) || !next_yes(&at, "opened", &p.opened) ||
	    !next_mode(&at, &p.mode) || !next_number(&at, "generation", &p.generation) ||
	    !next_yes(&at, "unsaved", &p.unsaved) || !next_yes(&at, "watched", &p.watched) || !next_boot(&at, &p) ||
	    !conditions(at, &p))
		return ES_FORMAT;
	p.time = (time_t)time;
	*ret = p;
	return ES_OK;
}

static void metric(FILE *f, const char *name, const char *help)
{
	fprintf(f, "# HELP etcseal_%s %s\n# TYPE etcseal_%s gauge\n", name, help, name);
}

static void number(FILE *f, const char *name, const char *help, uint64_t v)
{
	metric(f, name, help);
	fprintf(f, "etcseal_%s %" PRIu64 "\n", name, v);
}

enum es_reason es_public_metrics(const struct es_public *p, struct es_buf *ret)
{
	struct text t;

	if (!text_open(&t))
		return ES_MEMORY;
	metric(t.f, "info", "The release and the mode.");
	fprintf(t.f, "etcseal_info{version=\"%s\",mode=\"%s\"} 1\n", ES_VERSION_TEXT,
		p->configured ? es_mode_names[p->mode] : "none");
	number(t.f, "checked_seconds", "When this was found, in seconds since 1970.", (uint64_t)p->time);
	number(t.f, "configured", "Whether the host has been sealed.", p->configured);
	number(t.f, "opened", "Whether this boot opened the configuration.", p->opened);
	number(t.f, "generation", "The generation of the configuration that is saved.", p->generation);
	number(t.f, "unsaved", "Whether there are changes that aren't saved.", p->unsaved);
	number(t.f, "watch_running", "Whether changes are saved automatically.", p->watched);
	if (p->next_known)
		number(t.f, "next_boot_opens", "Whether the next boot will open automatically.", p->next_opens);
	number(t.f, "level", "0 ok, 1 warning, 2 critical, 3 nothing is configured.", es_public_level(p));
	metric(t.f, "condition", "What etcseal status warns of.");
	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++)
		fprintf(t.f, "etcseal_condition{id=\"%s\",level=\"%s\"} %d\n", es_condition_words(i)->id,
			es_condition_words(i)->level == ES_LEVEL_NOTE ? "note"
								      : es_level_names[es_condition_words(i)->level],
			p->has[i]);
	return text_close(&t, ret);
}

/* es_file_write's is for root alone. */
static enum es_reason save(int dir, const char *name, struct es_span data)
{
	enum es_reason r = es_file_stage(dir, name, data);
	char staged[ES_FILE_NAME_MAX + 8];

	snprintf(staged, sizeof staged, "%s.new", name);
	if (r == ES_OK && fchmodat(dir, staged, 0644, 0) < 0)
		r = es_reason_from_errno(errno);
	return r == ES_OK ? es_file_publish(dir, name) : r;
}

enum es_reason es_public_save(const char *dir, const struct es_public *p)
{
	ES_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ES_BUF status = { NULL, 0 }, metrics = { NULL, 0 };
	enum es_reason r = fd < 0 ? es_reason_from_errno(errno) : es_public_write(p, &status);

	if (r == ES_OK)
		r = es_public_metrics(p, &metrics);
	if (r == ES_OK)
		r = save(fd, ES_PUBLIC_STATUS, es_buf_span(&status));
	return r == ES_OK ? save(fd, ES_PUBLIC_METRICS, es_buf_span(&metrics)) : r;
}

enum es_reason es_public_load(const char *dir, struct es_public *ret)
{
	ES_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ES_BUF text = { NULL, 0 };
	struct stat st;
	enum es_reason r;

	if (fd < 0 || fstatat(fd, ES_PUBLIC_STATUS, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return es_reason_from_errno(errno);
	if (st.st_uid != 0)
		return ES_UNSAFE;
	r = es_file_read(fd, ES_PUBLIC_STATUS, PUBLIC_MAX, &text);
	return r == ES_OK ? es_public_parse(es_buf_span(&text), ret) : r;
}
