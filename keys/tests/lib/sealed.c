/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/sealed.h"

#include "keys/core/labels.h"
#include "keys/protector/keyring_named.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

void sealed_shell(const char *format, ...)
{
	char line[600];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	assert_int_equal(system(line), 0);
}

void sealed_write(const char *folder, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(es_file_write(AT_FDCWD, path, es_text_span(text)), ES_OK);
}

static void hand_over(struct sealed *b)
{
	const struct es_handover h = { .measured = b->m.tpm != NULL ? ES_MEASURED : ES_MEASURED_NOTHING,
				       .secure_boot = true,
				       .bank = { true, true } };
	char json[1024] = "";
	struct es_writer w = { .data = (uint8_t *)json, .cap = sizeof json - 1 };

	es_handover_write(&h, &w);
	sealed_shell("rm -rf %s && mkdir %s && cp -r %s/etcseal/. %s 2>/dev/null || :", b->handover, b->handover,
		     b->m.boot_dir, b->handover);
	sealed_write(b->handover, "boot.json", json);
}

void sealed_power_on(struct sealed *b, const char *image)
{
	struct machine_boot boot = machine_usual_boot;

	boot.image = image;
	machine_power_on(&b->m, &boot);
	b->tcti = b->m.tpm != NULL ? es_swtpm_tcti(b->m.tpm) : "device:/dev/there-is-no-tpm";
	hand_over(b);
}

/* The helper leaves its key under one name in root's keyring, which all test programs share: only one of them may use
 * it at a time. */
static void own_the_keyring(struct sealed *b)
{
	b->keyring_lock = open("/tmp/etcseal-test-keyring.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	assert_true(b->keyring_lock >= 0);
	assert_int_equal(flock(b->keyring_lock, LOCK_EX), 0);
}

static int make(void **state, bool tpm)
{
	struct sealed *b = calloc(1, sizeof *b);

	own_the_keyring(b);
	machine_start(&b->m, tpm);
	snprintf(b->handover, sizeof b->handover, "%s/handover", b->m.folder);
	snprintf(b->run, sizeof b->run, "%s/again", b->m.folder);
	snprintf(b->ram, sizeof b->ram, "%s/ram", b->run);
	snprintf(b->cmdline, sizeof b->cmdline, "%s/cmdline", b->m.folder);
	sealed_write(b->m.folder, "cmdline", "root=/dev/sda2 ro quiet\n");
	*state = b;
	assert_int_equal(machine_boot(&b->m, &machine_usual_boot, NULL, &b->record), ES_NOT_CONFIGURED);
	return 0;
}

static int make_sealed(void **state, bool tpm)
{
	struct sealed *b;

	make(state, tpm);
	b = *state;
	machine_write(&b->m, "etc/psk", "correct horse battery staple");
	assert_int_equal(machine_init(&b->m, !tpm, b->recovery), ES_OK);
	return 0;
}

int sealed_unconfigured(void **state)
{
	return make(state, true);
}

int sealed_to_tpm(void **state)
{
	return make_sealed(state, true);
}

int sealed_without_tpm(void **state)
{
	return make_sealed(state, false);
}

int sealed_remove(void **state)
{
	struct sealed *b = *state;
	enum es_reason r = es_keyring_drop_named(ES_KEYRING_NAME);

	(void)umount2(b->ram, MNT_DETACH);
	machine_stop(&b->m);
	close(b->keyring_lock);
	free(b);
	return r == ES_OK || r == ES_NOT_UNLOCKED ? 0 : -1;
}

void sealed_read_record(struct sealed *b)
{
	ES_BUF json = { 0 };
	char path[128];

	snprintf(path, sizeof path, "%s/boot.json", b->run);
	assert_int_equal(es_file_read(AT_FDCWD, path, 65536, &json), ES_OK);
	assert_int_equal(es_boot_record_parse(es_buf_span(&json), &b->record), ES_OK);
}

void sealed_assert_opened(struct sealed *b, enum es_opened_by by)
{
	ES_SECRET key = NULL;

	sealed_read_record(b);
	assert_int_equal(b->record.state, ES_BOOT_UNLOCKED);
	assert_int_equal(b->record.opened_by, by);
	assert_int_equal(b->record.fenced, b->m.tpm != NULL);
	assert_true(b->record.unlock_ms > 0);
	sealed_shell("test \"$(cat %s/tree/etc/psk)\" = 'correct horse battery staple'", b->ram);
	assert_int_equal(es_keyring_get_named(ES_KEYRING_NAME, &key), ES_OK);
}

void sealed_assert_shut(struct sealed *b, const char *refusal)
{
	ES_SECRET key = NULL;

	sealed_read_record(b);
	assert_int_equal(b->record.state, ES_BOOT_LOCKED);
	assert_int_equal(b->record.opened_by, ES_OPENED_BY_NONE);
	assert_string_equal(b->record.refusal, refusal);
	assert_int_equal(b->record.fenced, b->m.tpm != NULL);
	sealed_shell("! grep -q %s /proc/self/mounts && test -z \"$(ls %s)\"", b->ram, b->ram);
	assert_int_equal(es_keyring_get_named(ES_KEYRING_NAME, &key), ES_NOT_UNLOCKED);
}
