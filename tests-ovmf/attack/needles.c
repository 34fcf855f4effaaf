/* SPDX-License-Identifier: Apache-2.0 */
/*
 * needles KEY-FILE FILE: looks for a recovery key in a file of any size, such as a dump of all memory: as typed, as
 * digits alone, each in ASCII and in UTF-16, by the stretch of two groups, and as the 32 bytes that it stands for, by
 * the half. Prints where and as what; exit 1 if it is anywhere, 0 if nowhere.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS = 16, GROUP = 6, NEEDLES_MAX = 128, SHOWN_MAX = 40, WINDOW = 1 << 24, AROUND = 48 };

struct needle {
	uint8_t bytes[64];
	size_t len;
	char words[64];
};

static struct needle needles[NEEDLES_MAX];
static unsigned count;

static void add(const void *bytes, size_t len, const char *words, unsigned group)
{
	struct needle *n = &needles[count++];

	memcpy(n->bytes, bytes, len);
	n->len = len;
	snprintf(n->words, sizeof n->words, "%s, group %u", words, group + 1);
}

static void add_text(const char *text, size_t len, const char *words, unsigned group)
{
	uint8_t wide[64];
	char name[32];

	add(text, len, words, group);
	for (size_t i = 0; i < len; i++) {
		wide[2 * i] = (uint8_t)text[i];
		wide[2 * i + 1] = 0;
	}
	snprintf(name, sizeof name, "%s in UTF-16", words);
	add(wide, 2 * len, name, group);
}

static bool read_key(const char *path)
{
	char text[GROUPS * (GROUP + 1) + 1] = "", digits[GROUPS * GROUP + 1];
	uint8_t bytes[2 * GROUPS];
	FILE *f = fopen(path, "rb");

	if (f == NULL || fread(text, 1, sizeof text - 1, f) < sizeof text - 2)
		return false;
	fclose(f);
	for (unsigned g = 0; g < GROUPS; g++) {
		unsigned long n = strtoul(text + g * (GROUP + 1), NULL, 10) / 11;

		memcpy(digits + g * GROUP, text + g * (GROUP + 1), GROUP);
		bytes[2 * g] = (uint8_t)(n >> 8);
		bytes[2 * g + 1] = (uint8_t)n;
	}
	for (unsigned g = 0; g + 1 < GROUPS; g++) {
		add_text(text + g * (GROUP + 1), 2 * GROUP + 1, "as typed", g);
		add_text(digits + g * GROUP, 2 * GROUP, "as digits", g);
	}
	add(bytes, GROUPS, "as bytes", 0);
	add(bytes + GROUPS, GROUPS, "as bytes", GROUPS / 2);
	return true;
}

static void show(const uint8_t *window, size_t len, const uint8_t *at, uint64_t offset, const struct needle *n)
{
	const uint8_t *from = at - window > AROUND ? at - AROUND : window;

	printf("0x%llx: %s: ", (unsigned long long)offset, n->words);
	/* What precedes it shows whose memory it is; the key itself isn't printed. */
	for (; from < at; from++)
		putchar(*from >= 0x20 && *from < 0x7f && !(*from >= '0' && *from <= '9') ? *from : '.');
	printf("|%zu bytes|", n->len);
	for (from = at + n->len; from < window + len && from < at + n->len + AROUND; from++)
		putchar(*from >= 0x20 && *from < 0x7f && !(*from >= '0' && *from <= '9') ? *from : '.');
	putchar('\n');
}

int main(int argc, char **argv)
{
	uint8_t *window = malloc(WINDOW);
	unsigned long found = 0;
	uint64_t base = 0;
	size_t kept = 0, got;
	FILE *f;

	if (argc != 3 || window == NULL || !read_key(argv[1])) {
		fprintf(stderr, "usage: needles KEY-FILE FILE\n");
		return 2;
	}
	f = fopen(argv[2], "rb");
	if (f == NULL) {
		perror(argv[2]);
		return 2;
	}
	while ((got = fread(window + kept, 1, WINDOW - kept, f)) > 0) {
		size_t len = kept + got, keep = sizeof needles[0].bytes;

		for (unsigned i = 0; i < count; i++)
			for (uint8_t *p = window;
			     (p = memmem(p, (size_t)(window + len - p), needles[i].bytes, needles[i].len)) != NULL;
			     p++) {
				if (p + needles[i].len <= window + kept)
					continue; /* seen with the last window */
				if (found++ < SHOWN_MAX)
					show(window, len, p, base + (uint64_t)(p - window), &needles[i]);
			}
		if (keep > len)
			keep = len;
		memmove(window, window + len - keep, keep);
		base += len - keep;
		kept = keep;
	}
	fclose(f);
	if (found > 0)
		printf("%lu places\n", found);
	return found > 0;
}
