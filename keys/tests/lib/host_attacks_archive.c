/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks through the content of the bank's files. */
#include "keys/tests/lib/host_attacks.h"

#include "keys/core/labels.h"
#include "keys/crypto/envelope.h"
#include "keys/crypto/hash.h"
#include "keys/protector/config_key.h"
#include "keys/store/file.h"
#include "keys/tests/lib/attack_scene.h"
#include "keys/tests/lib/tar_image.h"

#include <ctype.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static void read_bank(struct attack_scene *s, struct es_bank *ret)
{
	ES_FD dir = open(s->genuine, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(dir >= 0);
	assert_int_equal(es_bank_read(dir, 0, ret), ES_OK);
	assert_int_equal(ret->state, ES_BANK_WHOLE);
}

static void write_bank(struct attack_scene *s, unsigned bank, const char *name, struct es_span bytes)
{
	char path[128];

	machine_bank_path(&s->m, bank, name, path);
	assert_int_equal(es_file_write(AT_FDCWD, path, bytes), ES_OK);
}

static void write_banks(struct attack_scene *s, const char *name, struct es_span bytes)
{
	for (unsigned bank = 0; bank < ES_BANK_COUNT; bank++)
		write_bank(s, bank, name, bytes);
}

/* Both banks with this tar as their archive, made with the owner's own key. */
static void seal_tar(struct attack_scene *s, const struct tar_image *members)
{
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	ES_SECRET sealed = NULL;
	ES_SECRET key = NULL;
	ES_SECRET kek = NULL;
	ES_SECRET mac_key = NULL;
	ES_BUF packed = tar_packed(members);
	ES_BUF archive = { NULL, 0 };
	ES_BUF info = { NULL, 0 };
	struct es_span bytes;

	read_bank(s, &bank);
	attack_scene_secrets(s, &sealed, &key);
	assert_int_equal(es_config_key_derive(key, ES_LABEL_ARCHIVE, &kek), ES_OK);
	assert_int_equal(es_config_key_derive(key, ES_LABEL_INFO_MAC, &mac_key), ES_OK);
	assert_int_equal(es_envelope_seal(kek, bank.info->key_id, es_buf_span(&packed), &archive), ES_OK);
	bytes = es_buf_span(&archive);
	bank.info->archive_size = archive.len;
	assert_true(es_sha256(&bytes, 1, &bank.info->archive_sha256));
	assert_int_equal(es_info_write(bank.info, mac_key, &info), ES_OK);
	write_banks(s, ES_ARCHIVE_NAME, es_buf_span(&archive));
	write_banks(s, ES_INFO_NAME, es_buf_span(&info));
}

static void begin_tar(struct attack_scene *s, struct tar_image *t)
{
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	char text[512];

	read_bank(s, &bank);
	snprintf(text, sizeof text,
		 "{ \"format\": \"etcseal-archive\", \"version\": 1, \"generation\": %llu, \"host\": \"%s\", "
		 "\"time\": \"2026-11-21T18:14:32Z\", \"paths\": [\"/etc\"] }\n",
		 (unsigned long long)bank.info->generation, bank.info->host);
	tar_file(t, "manifest.json", text);
	tar_folder(t, "tree/etc/");
}

/* One member, perhaps after another that prepares it; trace is the path that must not be created, below the run
 * folder. */
static bool with_members(const struct tar_member *first, const struct tar_member *second, const char *trace)
{
	struct attack_scene s;
	TAR_IMAGE t = { 0 };
	char path[256];
	struct stat st;
	enum es_reason r;
	bool there;

	attack_scene_start(&s);
	begin_tar(&s, &t);
	if (first != NULL)
		tar_add(&t, first);
	tar_add(&t, second);
	tar_end(&t);
	seal_tar(&s, &t);
	r = machine_boot(&s.m, &machine_usual_boot, NULL, &s.record);
	if (r != ES_OK)
		assert_int_equal(r, ES_UNSAFE);
	snprintf(path, sizeof path, "%s/%s", s.m.run_dir, trace);
	there = lstat(path, &st) == 0;
	attack_scene_stop(&s);
	return there && (second->type != '0' || second->mode == 0 || (st.st_mode & S_ISUID) != 0);
}

bool attack_with_tar_that_climbs_out(void)
{
	const struct tar_member m = { .name = "tree/etc/../../../out",
				      .type = '0',
				      .data = { (const uint8_t *)"x", 1 } };

	return with_members(NULL, &m, "out");
}

bool attack_with_tar_through_a_symlink(void)
{
	const struct tar_member link = { .name = "tree/etc/way", .type = '2', .link = "../../.." };
	const struct tar_member m = { .name = "tree/etc/way/out", .type = '0', .data = { (const uint8_t *)"x", 1 } };

	return with_members(&link, &m, "out");
}

bool attack_with_device_in_tar(void)
{
	const struct tar_member m = { .name = "tree/etc/kmem", .type = '3', .major = 1, .minor = 2 };

	return with_members(NULL, &m, "ram/tree/etc/kmem");
}

bool attack_with_setuid_in_tar(void)
{
	const struct tar_member m = { .name = "tree/etc/sh", .type = '0', .mode = 04755 };

	return with_members(NULL, &m, "ram/tree/etc/sh");
}

/* An unpacked tree takes the host's memory: without a cap, a few hundred KiB could use up all of it. */
bool attack_with_tar_of_too_many(void)
{
	struct attack_scene s;
	TAR_IMAGE folder = { 0 };
	TAR_IMAGE t = { 0 };
	enum es_reason r;
	bool there;

	attack_scene_start(&s);
	begin_tar(&s, &t);
	tar_folder(&folder, "tree/"); /* may come again: members cost time, too, and these take no disk */
	for (int i = 0; i < ES_ENTRIES_MAX; i++)
		tar_raw(&t, folder.tar.data, folder.len);
	tar_file(&t, "tree/etc/last", "x");
	tar_end(&t);
	seal_tar(&s, &t);
	r = machine_boot(&s.m, &machine_usual_boot, NULL, &s.record);
	if (r != ES_OK)
		assert_int_equal(r, ES_TOO_LARGE);
	there = machine_has(&s.m, "etc/last", "x");
	attack_scene_stop(&s);
	return there;
}

/* A bank that is valid except that its log is ten times the maximal size: anyone who can write to the disk would decide
 * how much memory the helper uses. Made with the owner's key, so that nothing else is wrong with it. */
bool attack_with_oversize_bank(void)
{
	struct attack_scene s;
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	ES_SECRET sealed = NULL;
	ES_SECRET key = NULL;
	ES_SECRET mac_key = NULL;
	ES_BUF info = { NULL, 0 };
	ES_BUF log = { NULL, 0 };
	struct es_span bytes;
	enum es_reason r;

	attack_scene_start(&s);
	read_bank(&s, &bank);
	attack_scene_secrets(&s, &sealed, &key);
	assert_int_equal(es_config_key_derive(key, ES_LABEL_INFO_MAC, &mac_key), ES_OK);
	assert_int_equal(es_buf_new(10 * ES_LOG_MAX, &log), ES_OK);
	bytes = es_buf_span(&log);
	assert_true(es_sha256(&bytes, 1, &bank.info->log_sha256));
	assert_int_equal(es_info_write(bank.info, mac_key, &info), ES_OK);
	write_banks(&s, ES_LOG_NAME, bytes);
	write_banks(&s, ES_INFO_NAME, es_buf_span(&info));
	r = machine_boot(&s.m, &machine_usual_boot, NULL, &s.record);
	if (r != ES_OK)
		assert_int_equal(r, ES_BANKS_DAMAGED);
	attack_scene_stop(&s);
	return r == ES_OK;
}

/* Another value of the same form: the opposite of true and false, something for null, otherwise another first or last
 * letter or digit. */
static bool edit_line(char *line, size_t len, bool last)
{
	static const char *const words[][2] = { { "false", "true " }, { "true", "null" }, { "null", "\"x\" " } };
	char *colon = memmem(line, len, "\": ", 3);
	char *value = colon != NULL ? colon + 3 : line, *end = line + len, *edit = NULL;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char *word = memmem(value, (size_t)(end - value), words[i][0], strlen(words[i][0]));

		if (word == NULL || (word > value && word[-1] == '"'))
			continue;
		memcpy(word, words[i][1], strlen(words[i][1]));
		return true;
	}
	for (char *p = value; p < end && (edit == NULL || last); p++)
		if (isalnum((unsigned char)*p))
			edit = p;
	if (edit != NULL)
		*edit = *edit == '1' ? '2' : *edit == 'a' ? 'b' : isdigit((unsigned char)*edit) ? '1' : 'a';
	return edit != NULL;
}

struct edits {
	struct es_span info;
	unsigned banks; /* 1: only the first one; 2: both alike */
	unsigned made, unnoticed;
};

static void try_edit(struct attack_scene *s, struct edits *e, struct es_span line, bool last)
{
	ES_BUF edited = { NULL, 0 };
	char *at;

	assert_int_equal(es_buf_copy(e->info, &edited), ES_OK);
	at = (char *)edited.data + (line.data - e->info.data);
	if (!edit_line(at, line.len, last))
		return;
	e->made++;
	for (unsigned bank = 0; bank < e->banks; bank++)
		write_bank(s, bank, ES_INFO_NAME, es_buf_span(&edited));
	if (machine_boot(&s->m, &machine_usual_boot, NULL, &s->record) == ES_OK) {
		print_message("unnoticed: %.*s\n", (int)line.len, at);
		e->unnoticed++;
	}
}

static void edit_each_line(struct attack_scene *s, struct edits *e)
{
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	const uint8_t *end;

	read_bank(s, &bank);
	e->info = es_buf_span(&bank.info_bytes);
	end = e->info.data + e->info.len;
	for (struct es_span line = { e->info.data, 0 }; line.data < end; line.data += line.len + 1) {
		const uint8_t *line_end = memchr(line.data, '\n', (size_t)(end - line.data));

		assert_non_null(line_end);
		line.len = (size_t)(line_end - line.data);
		try_edit(s, e, line, false);
		try_edit(s, e, line, true);
	}
}

unsigned attack_by_editing_info(unsigned *ret_edits)
{
	struct edits e = { .banks = ES_BANK_COUNT };
	struct attack_scene s;

	attack_scene_start(&s);
	edit_each_line(&s, &e);
	attack_scene_stop(&s);
	*ret_edits = e.made;
	return e.unnoticed;
}

/* Our index after such an edit. */
#define EDITED_INDEX "0x0180e5eb"

unsigned attack_by_editing_one_old_copy(unsigned *ret_edits)
{
	struct edits e = { .banks = 1 };
	struct attack_scene s;

	attack_scene_start(&s);
	/* A new counter starts above all others, where the next generation will be. */
	es_swtpm_tool_ok(s.m.tpm,
			 "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' " EDITED_INDEX
			 " && tpm2_nvincrement -Q -C " EDITED_INDEX " " EDITED_INDEX,
			 NULL, 0);
	attack_scene_backup(&s, "the second\n");
	attack_scene_shell(&s, "rm -r %s/bank? && cp -a bank0 bank1 %s/", s.genuine, s.genuine);
	attack_scene_backup(&s, "the fourth\n");
	attack_scene_backup(&s, "the fifth\n");
	attack_scene_restore(&s);
	edit_each_line(&s, &e);
	attack_scene_stop(&s);
	*ret_edits = e.made;
	return e.unnoticed;
}
