/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"

#include "keys/change/init.h"
#include "keys/change/mode.h"
#include "keys/change/rotate.h"
#include "keys/change/save.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/host/banks.h"
#include "keys/protector/keyring_named.h"
#include "keys/store/file.h"
#include "keys/tests/lib/machine_measures.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct machine_boot machine_usual_boot = { .boot_loader = "the boot menu",
						 .secure_boot = "the keys of Secure Boot",
						 .image = "the boot image",
						 .vouched_by = "db",
						 .measured = ES_MEASURED };

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	assert_int_equal(system(line), 0);
}

void machine_start(struct machine *m, bool with_tpm)
{
	memset(m, 0, sizeof *m);
	strcpy(m->folder, "/tmp/etcseal-machine-XXXXXX");
	assert_non_null(mkdtemp(m->folder));
	snprintf(m->boot_dir, sizeof m->boot_dir, "%s/boot", m->folder);
	snprintf(m->run_dir, sizeof m->run_dir, "%s/run", m->folder);
	snprintf(m->log_path, sizeof m->log_path, "%s/log", m->folder);
	snprintf(m->uuid_path, sizeof m->uuid_path, "%s/uuid", m->folder);
	snprintf(m->firmware_dir, sizeof m->firmware_dir, "%s/firmware", m->folder);
	snprintf(m->power_dir, sizeof m->power_dir, "%s/power", m->folder);
	snprintf(m->options_path, sizeof m->options_path, "%s/options", m->folder);
	snprintf(m->key_name, sizeof m->key_name, "etcseal-test:%d", (int)getpid());
	assert_int_equal(mkdir(m->boot_dir, 0700), 0);
	snprintf(m->efivars, sizeof m->efivars, "%s/efi/efivars", m->firmware_dir);
	shell("mkdir -p %s && touch %s/BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c", m->efivars, m->efivars);
	machine_publish_strings(m);
	m->options = "quiet systemd.import_credentials=no noresume nohibernate\n";
	shell("mkdir %s", m->power_dir); /* a kernel without hibernation */
	m->uuid = "4c4c4544-0043-5910-8054-b7c04f4e3432";
	if (with_tpm)
		m->tpm = es_swtpm_start();
}

void machine_drop_keys(struct machine *m)
{
	enum es_reason r = es_keyring_drop_named(m->key_name);
	char next[ES_KEYRING_NAME_MAX];

	assert_true(r == ES_OK || r == ES_NOT_UNLOCKED);
	assert_int_equal(es_keyring_next_name(m->key_name, next), ES_OK);
	r = es_keyring_drop_named(next);
	assert_true(r == ES_OK || r == ES_NOT_UNLOCKED);
}

void machine_stop(struct machine *m)
{
	es_swtpm_stop(m->tpm);
	m->tpm = NULL;
	machine_drop_keys(m);
	shell("rm -rf %s", m->folder);
}

static const char *tcti(struct machine *m)
{
	if (m->way != NULL)
		return m->way(m);
	return m->tpm != NULL ? es_swtpm_tcti(m->tpm) : "device:/dev/there-is-no-tpm";
}

static void leave_file(struct machine *m, const char *name, struct es_span data)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", m->run_dir, name);
	if (data.len > 0)
		assert_int_equal(es_file_write(AT_FDCWD, path, data), ES_OK);
}

static void leave(struct machine *m, struct es_opening *o)
{
	ES_SECRET key = es_opening_take_key(o);
	ES_BUF json = { NULL, 0 };
	char path[128];

	assert_int_equal(es_boot_record_write(es_opening_record(o), &json), ES_OK);
	snprintf(path, sizeof path, "%s/boot.json", m->run_dir);
	assert_int_equal(es_file_write(AT_FDCWD, path, es_buf_span(&json)), ES_OK);
	leave_file(m, ES_RUN_PUBLIC_KEY_NAME, m->public_key);
	leave_file(m, ES_RUN_SIGNATURE_NAME, m->signature);
	machine_drop_keys(m);
	if (key != NULL)
		assert_int_equal(es_keyring_put_named(m->key_name, key), ES_OK);
}

void machine_hibernation(const struct machine *m, const char *modes)
{
	shell("mkdir -p %s && echo '%s' >%s/disk && echo 0:0 >%s/resume", m->power_dir, modes, m->power_dir,
	      m->power_dir);
}

static int open_dir(const char *base, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", base, name);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void machine_power_on(struct machine *m, const struct machine_boot *boot)
{
	if (m->tpm != NULL)
		es_swtpm_power_cycle(m->tpm);
	machine_measure(m, boot);
}

static enum es_reason agree(const struct machine_boot *boot, struct es_opening *o, enum es_reason r)
{
	return boot->consent && es_opening_asks(o) != ES_ASK_NOTHING ? es_opening_consent(o) : r;
}

enum es_reason machine_boot(struct machine *m, const struct machine_boot *boot, const char *recovery_text,
			    struct es_boot_record *ret_record)
{
	struct es_handover handover = { .measured = m->tpm != NULL ? boot->measured : ES_MEASURED_NOTHING,
					.secure_boot = !boot->secure_boot_off,
					.recovery = boot->recovery,
					.bank = { true, true } };
	struct es_pins pins = { .key_count = 0 };
	struct es_opening_request request = { .handover = &handover,
					      .product_uuid = m->uuid,
					      .pins = &pins,
					      .no_automatic = boot->no_automatic,
					      .pcr_public_key = m->public_key };
	ES_SCOPED(es_opening_freep) struct es_opening *o = NULL;
	char detail[ES_PINS_DETAIL], list[160];
	ES_BUF log = { NULL, 0 };
	ES_FD tree = -1;
	ES_FD banks = -1;
	enum es_reason r;

	machine_power_on(m, boot);
	handover.firmware_options = m->handed_over;
	request.tcti = tcti(m);
	shell("rm -rf %s", m->run_dir);
	shell("mkdir -p %s/ram/tree", m->run_dir);
	tree = open_dir(m->run_dir, "ram/tree");
	banks = open_dir(m->boot_dir, ES_BANK_FOLDER);
	assert_true(tree >= 0);
	assert_int_equal(es_file_read(AT_FDCWD, m->log_path, ES_LOG_MAX, &log), ES_OK);
	request.banks_dirfd = banks;
	request.event_log = es_buf_span(&log);
	request.pcr_signature = m->signature;
	request.ima_count = m->ima_count;
	if (boot->pins != NULL)
		request.no_automatic = es_pins_parse(es_text_span(boot->pins), &pins, detail);
	assert_int_equal(es_opening_new(&request, &o), ES_OK);
	r = agree(boot, o, es_opening_key(o, recovery_text));
	if (r == ES_OK)
		r = agree(boot, o, es_opening_unpack(o, tree));
	if (r == ES_OK && es_opening_record(o)->state != ES_BOOT_UNLOCKED)
		r = es_opening_unpack(o, tree); /* again, since someone agreed */
	*ret_record = *es_opening_record(o);
	leave(m, o);
	m->may_remove = es_opening_may_remove(o);
	if (r == ES_OK && es_opening_adopted(o).len > 0) {
		snprintf(list, sizeof list, "%s/ram/" ES_ADOPTED_NAME, m->run_dir);
		assert_int_equal(es_file_write(AT_FDCWD, list, es_opening_adopted(o)), ES_OK);
	}
	return r;
}

struct es_host *machine_host(struct machine *m)
{
	struct es_host_request request = { .boot_dir = m->boot_dir,
					   .run_dir = m->run_dir,
					   .tcti = tcti(m),
					   .event_log = m->log_path,
					   .product_uuid = m->uuid_path,
					   .firmware = m->firmware_dir,
					   .options = m->options_path,
					   .power = m->power_dir,
					   .key_name = m->key_name };
	struct es_host *host = NULL;

	assert_int_equal(es_host_open(&request, &host), ES_OK);
	assert_int_equal(es_host_banks(host), ES_OK); /* for tests that look before they ask */
	return host;
}

enum es_reason machine_init(struct machine *m, bool kdf, char *ret_recovery)
{
	ES_HOST host = machine_host(m);
	ES_SECRET recovery = NULL;
	enum es_reason r = es_host_init(host, &(struct es_init_request){ .kdf = kdf }, &recovery);

	if (r == ES_OK)
		es_recovery_code_write(es_secret_bytes(recovery), ret_recovery);
	return r;
}

enum es_reason machine_set_mode(struct es_host *host, enum es_mode mode, char *ret_recovery)
{
	char old_id[ES_RECOVERY_ID_TEXT];
	ES_SECRET recovery = NULL;
	enum es_reason r = es_host_set_mode(host, mode, old_id, &recovery);

	if (recovery != NULL && ret_recovery != NULL)
		es_recovery_code_write(es_secret_bytes(recovery), ret_recovery);
	return r == ES_OK && recovery != NULL ? es_host_rotate_finish(host) : r;
}

enum es_reason machine_backup(struct es_host *host, struct es_pack_report *ret_report)
{
	struct es_saved saved;
	enum es_reason r = es_host_save(host, &(struct es_save_request){ .force = true }, &saved);

	if (r == ES_OK)
		*ret_report = saved.report;
	return r;
}

void machine_put(struct machine *m, const char *name, struct es_span data)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", m->folder, name);
	assert_int_equal(es_file_write(AT_FDCWD, path, data), ES_OK);
}

int machine_shell(struct machine *m, const char *line)
{
	void *folder = m->folder;

	return oracle_shell(&folder, "%s", line);
}

void machine_write(struct machine *m, const char *path, const char *text)
{
	char full[256], line[600];

	snprintf(full, sizeof full, "%s/ram/tree/%s", m->run_dir, path);
	snprintf(line, sizeof line, "mkdir -p $(dirname %s)", full);
	assert_int_equal(system(line), 0);
	assert_int_equal(es_file_write(AT_FDCWD, full, es_text_span(text)), ES_OK);
}

bool machine_has(struct machine *m, const char *path, const char *text)
{
	ES_BUF is = { NULL, 0 };
	char full[256];

	snprintf(full, sizeof full, "%s/ram/tree/%s", m->run_dir, path);
	return es_file_read(AT_FDCWD, full, 65536, &is) == ES_OK && is.len == strlen(text) &&
	       memcmp(is.data, text, is.len) == 0;
}

void machine_bank_path(struct machine *m, unsigned bank, const char *name, char ret[static 128])
{
	snprintf(ret, 128, "%s/" ES_BANK_FOLDER "/bank%u/%s", m->boot_dir, bank, name);
}
