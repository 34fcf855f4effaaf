/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state files of every release, as its own programs wrote them: every later release must open them. Each folder
 * below keys/tests/fixtures/ is a release, and each folder in it a host: both banks, its TPM's whole state, its event
 * log, UUID, and its recovery key in the clear, since it protects nothing. --write RELEASE: makes those of the current
 * release.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/save.h"
#include "keys/store/bank.h"
#include "keys/store/file.h"
#include "keys/tests/lib/reopen.h"
#include "keys/tests/lib/verbs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURES "keys/tests/fixtures"
enum { HOSTS_MAX = 64 };

/* How a fixture's host was brought to its state, and what it opens with. */
struct host {
	const char *name;
	const char *verbs[4]; /* from the table, after the first boot */
	enum es_opened_by opens_by;
};

static const struct host hosts[] = {
	{ "tpm", { "init", "backup" }, ES_OPENED_BY_TPM },
	{ "tpm-first-commit", { "init" }, ES_OPENED_BY_TPM },
	{ "tpm-no-secure-boot", { "init", "no Secure Boot", "backup" }, ES_OPENED_BY_TPM },
	{ "tpm-pending", { "init", "backup", "save, not counted" }, ES_OPENED_BY_TPM },
	{ "kdf", { "init --kdf", "backup" }, ES_OPENED_BY_KDF },
	{ "kdf-was-tpm", { "init", "set --mode=kdf", "backup" }, ES_OPENED_BY_KDF },
	{ "tpm-was-kdf", { "init --kdf", "set --mode=tpm", "backup" }, ES_OPENED_BY_TPM },
};

struct fixture {
	char folder[192];
	enum es_opened_by opens_by;
};

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(line, sizeof line, format, args) < (int)sizeof line);
	va_end(args);
	assert_int_equal(system(line), 0);
}

static const struct verb *verb_named(const char *name)
{
	for (unsigned i = 0; i < verb_count; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	fail_msg("there is no verb %s", name);
	return NULL;
}

static void read_text(const char *folder, const char *name, char *ret, size_t cap)
{
	ES_BUF file = { NULL, 0 };
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(es_file_read(AT_FDCWD, path, cap - 1, &file), ES_OK);
	memcpy(ret, file.data, file.len);
	ret[file.len] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

static void check_tree(const struct reopen *how)
{
	char text[64];

	read_text(how->to, ENDURED_FILE, text, sizeof text);
	assert_string_equal(text, "what is to be saved now");
	shell("cd %s && test \"$(stat -c %%a:%%u:%%g etc/owned)\" = 750:12:34 && test \"$(readlink etc/link)\" = owned "
	      "&& "
	      "test \"$(stat -c %%F etc/removed)\" = 'character special file'",
	      how->to);
}

/* Both: for an opening, one would be enough. */
static void check_banks(const char *folder)
{
	ES_FD fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		ES_BANK bank = { .state = ES_BANK_ABSENT };

		assert_int_equal(es_bank_read(fd, i, &bank), ES_OK);
		assert_int_equal(bank.state, ES_BANK_WHOLE);
	}
}

static void it_opens_automatically_and_with_its_recovery_key(void **state)
{
	const struct fixture *f = *state;
	char uuid[64], key[ES_RECOVERY_TEXT_LEN + 2], to[] = "/tmp/etcseal-fixture-XXXXXX";
	char tree[64], banks[256], nv[256], log_path[256];
	struct es_boot_record record;
	enum es_reason refused;
	ES_BUF log = { NULL, 0 };

	snprintf(log_path, sizeof log_path, "%s/log", f->folder);
	snprintf(banks, sizeof banks, "%s/etcseal", f->folder);
	snprintf(nv, sizeof nv, "%s/tpm/tpm2-00.permall", f->folder);
	assert_non_null(mkdtemp(to));
	snprintf(tree, sizeof tree, "%s/tree", to);
	read_text(f->folder, "uuid", uuid, sizeof uuid);
	read_text(f->folder, "recovery-key", key, sizeof key);
	assert_int_equal(es_file_read(AT_FDCWD, log_path, ES_LOG_MAX, &log), ES_OK);
	struct reopen how = { .tpm = es_swtpm_start(),
			      .state = nv,
			      .log = es_buf_span(&log),
			      .uuid = uuid,
			      .banks = banks,
			      .to = tree,
			      .secure_boot = true };

	check_banks(banks);
	assert_int_equal(reopen(&how, &record, &refused), ES_OK);
	assert_int_equal(record.opened_by, f->opens_by);
	check_tree(&how);
	/* On another computer, with an unrelated TPM. */
	es_swtpm_replace(how.tpm);
	how.uuid = "8d3f0e1c-22a5-4f4e-8f4b-1c5f2f7f6d01";
	how.recovery = key;
	snprintf(nv, sizeof nv, "%s/tpm2-00.permall", es_swtpm_folder(how.tpm));
	es_swtpm_tool_ok(how.tpm, "cp tpm2-00.permall fresh", NULL, 0);
	snprintf(nv, sizeof nv, "%s/fresh", es_swtpm_folder(how.tpm));
	assert_int_equal(reopen(&how, &record, &refused), ES_OK);
	assert_int_not_equal(refused, ES_OK);
	assert_int_equal(record.opened_by, ES_OPENED_BY_RECOVERY);
	check_tree(&how);
	es_swtpm_stop(how.tpm);
	shell("rm -rf %s", to);
}

/* A file, owner and mode, a symlink, and the mark of a file that the owner deleted. */
static void write_host(const struct host *host, const char *release)
{
	struct endured h;
	char to[192];

	endured_start(&h);
	machine_write(&h.m, ENDURED_FILE, ENDURED_NEW);
	shell("cd %s/ram/tree/etc && mkdir owned && chown 12:34 owned && chmod 750 owned && ln -s owned link && "
	      "mknod removed c 0 0",
	      h.m.run_dir);
	for (unsigned i = 0; i < 4 && host->verbs[i] != NULL; i++) {
		machine_write(&h.m, "etc/step", host->verbs[i]);
		assert_int_equal(verb_named(host->verbs[i])->run(&h), ES_OK);
	}
	snprintf(to, sizeof to, FIXTURES "/%s/%s", release, host->name);
	shell("rm -rf %s && mkdir -p %s/tpm && cp -r %s/etcseal %s/log %s && cp %s/tpm2-00.permall %s/tpm", to, to,
	      h.m.boot_dir, h.m.folder, to, es_swtpm_folder(h.m.tpm), to);
	shell("echo %s >%s/uuid && echo %s >%s/recovery-key", h.m.uuid, to, h.given, to);
	endured_stop(&h);
}

static void write_all(void **state)
{
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		write_host(&hosts[i], *state);
}

/* A fixture's host is recognised by its name, even if a later release no longer makes it. */
static unsigned find(struct fixture ret[static HOSTS_MAX])
{
	DIR *releases = opendir(FIXTURES);
	struct dirent *e;
	unsigned n = 0;

	while (releases != NULL && (e = readdir(releases)) != NULL)
		for (size_t i = 0; e->d_name[0] != '.' && i < sizeof hosts / sizeof *hosts && n < HOSTS_MAX; i++) {
			snprintf(ret[n].folder, sizeof ret[n].folder, FIXTURES "/%.80s/%s", e->d_name, hosts[i].name);
			ret[n].opens_by = hosts[i].opens_by;
			if (access(ret[n].folder, F_OK) == 0)
				n++;
		}
	if (releases != NULL)
		closedir(releases);
	return n;
}

int main(int argc, char **argv)
{
	static struct fixture fixtures[HOSTS_MAX];
	static struct CMUnitTest tests[HOSTS_MAX];
	unsigned n;

	if (argc == 3 && strcmp(argv[1], "--write") == 0) {
		const struct CMUnitTest write[] = { cmocka_unit_test_prestate(write_all, argv[2]) };

		return cmocka_run_group_tests(write, NULL, NULL);
	}
	n = find(fixtures);
	for (unsigned i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ fixtures[i].folder, it_opens_automatically_and_with_its_recovery_key,
						NULL, NULL, &fixtures[i] };
	return _cmocka_run_group_tests("fixtures", tests, n, NULL, NULL);
}
