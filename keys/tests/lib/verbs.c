/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/verbs.h"

#include "keys/change/adopt.h"
#include "keys/change/cover.h"
#include "keys/change/init.h"
#include "keys/change/mode.h"
#include "keys/change/require.h"
#include "keys/change/reseal.h"
#include "keys/change/rotate.h"
#include "keys/change/save.h"
#include "keys/tests/lib/pe_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static enum es_reason backup(struct endured *h)
{
	ES_HOST host = machine_host(&h->m);
	struct es_pack_report report;

	return machine_backup(host, &report);
}

static enum es_reason save(struct endured *h, enum es_count count)
{
	ES_HOST host = machine_host(&h->m);
	struct es_saved saved;

	return es_host_save(host, &(struct es_save_request){ .count = count }, &saved);
}

static enum es_reason save_later(struct endured *h)
{
	return save(h, ES_COUNT_LATER);
}

static enum es_reason save_next(struct endured *h)
{
	return save(h, ES_COUNT_NEXT);
}

static enum es_reason init(struct endured *h, bool kdf)
{
	ES_HOST host = machine_host(&h->m);
	ES_SECRET recovery = NULL;
	enum es_reason r = es_host_init(host, &(struct es_init_request){ .kdf = kdf }, &recovery);

	if (recovery != NULL)
		es_recovery_code_write(es_secret_bytes(recovery), h->given);
	return r;
}

static enum es_reason init_tpm(struct endured *h)
{
	return init(h, false);
}

static enum es_reason init_kdf(struct endured *h)
{
	return init(h, true);
}

/* The owner is shown the key between the two steps. */
static enum es_reason rotate(struct endured *h)
{
	ES_HOST host = machine_host(&h->m);
	ES_SECRET recovery = NULL;
	char old_id[ES_RECOVERY_ID_TEXT];
	enum es_reason r = es_host_rotate(host, old_id, &recovery);

	if (recovery != NULL)
		es_recovery_code_write(es_secret_bytes(recovery), h->given);
	return r == ES_OK ? es_host_rotate_finish(host) : r;
}

static enum es_reason reseal(struct endured *h)
{
	ES_HOST host = machine_host(&h->m);
	struct es_resealed done;

	return es_host_reseal(host, NULL, &done);
}

/* The images of a host that is about to be updated: the running one, and the next. */
static struct image {
	uint8_t bytes[ES_TEST_PE_MAX];
	struct es_pe pe;
	struct es_uki uki;
	struct machine_boot boot;
} running, coming;

static void make_image(struct image *i, uint8_t fill)
{
	const struct es_test_pe_section sections[] = {
		{ ".text", 0x200, 1 }, { ".linux", 0x300, fill }, { ".cmdline", 0x20, 'a' }, { ".initrd", 0x100, 3 }
	};
	struct es_span file = { i->bytes, es_test_pe_make(sections, 4, i->bytes) };

	assert_int_equal(es_pe_open(file, ES_PE_FILE, &i->pe), ES_OK);
	assert_int_equal(es_uki_find(&i->pe, ES_PE_FILE, &i->uki), ES_OK);
	i->boot = machine_usual_boot;
	i->boot.image = NULL;
	i->boot.file = file;
}

static enum es_reason reseal_image(struct endured *h)
{
	ES_HOST host = machine_host(&h->m);
	struct es_resealed done;

	return es_host_reseal(host, &(struct es_predict_request){ .image = &coming.pe, .uki = &coming.uki }, &done);
}

/* Shown between the two steps, as after a rotation: a change of mode is one. */
static enum es_reason set_mode(struct endured *h, enum es_mode mode)
{
	ES_HOST host = machine_host(&h->m);
	ES_SECRET recovery = NULL;
	char old_id[ES_RECOVERY_ID_TEXT];
	enum es_reason r = es_host_set_mode(host, mode, old_id, &recovery);

	if (recovery != NULL)
		es_recovery_code_write(es_secret_bytes(recovery), h->given);
	return r == ES_OK && recovery != NULL ? es_host_rotate_finish(host) : r;
}

static enum es_reason set_kdf(struct endured *h)
{
	return set_mode(h, ES_MODE_KDF);
}

static enum es_reason set_tpm(struct endured *h)
{
	return set_mode(h, ES_MODE_TPM);
}

static enum es_reason require_secure_boot(struct endured *h)
{
	ES_HOST host = machine_host(&h->m);

	return es_host_require_secure_boot(host, true);
}

static enum es_reason allow_no_secure_boot(struct endured *h)
{
	ES_HOST host = machine_host(&h->m);

	return es_host_require_secure_boot(host, false);
}

static enum es_reason allow_all_programs(struct endured *h)
{
	ES_HOST host = machine_host(&h->m);

	return es_host_require_exec_installed_only(host, false);
}

static enum es_reason adopt(struct endured *h)
{
	char below[128];
	const struct es_adopt_request request = { .host_root = h->m.folder, .below = below };
	struct es_adopt_report report;
	struct es_saved saved;
	ES_HOST host = machine_host(&h->m);

	snprintf(below, sizeof below, "%s/below", h->m.folder);
	return es_host_adopt(host, &request, &report, &saved);
}

static enum es_reason cover(struct endured *h)
{
	static const char *const paths[] = { "/srv/app" };
	struct es_saved saved;
	unsigned added;
	ES_HOST host = machine_host(&h->m);

	return es_host_cover(host, 1, paths, &added, &saved);
}

static enum es_reason unlock(struct endured *h)
{
	return endured_boot(h, NULL);
}

static enum es_reason unlock_recovery(struct endured *h)
{
	return endured_boot(h, h->recovery);
}

static void sealed(struct endured *h)
{
	assert_int_equal(machine_init(&h->m, false, h->recovery), ES_OK);
	assert_int_equal(endured_boot(h, NULL), ES_OK);
}

/* What is below is an older version of what the tree has: it is listed, and nothing has to be copied. */
static void sealed_over_an_older_file(struct endured *h)
{
	char line[512];

	sealed(h);
	snprintf(line, sizeof line, "mkdir -p %s/below/etc && echo before >%s/below/" ENDURED_FILE, h->m.folder,
		 h->m.folder);
	assert_int_equal(system(line), 0);
}

static void kdf(struct endured *h)
{
	assert_int_equal(machine_init(&h->m, true, h->recovery), ES_OK);
	assert_int_equal(endured_boot(h, NULL), ES_OK);
}

static void not_required(struct endured *h)
{
	sealed(h);
	assert_int_equal(allow_no_secure_boot(h), ES_OK);
}

/* Sealed to {2, 4, 11, 12}, so that PCR 7 of an unsigned image doesn't matter. */
static void image_to_come(struct endured *h)
{
	make_image(&running, 'a');
	make_image(&coming, 'b');
	h->usual = running.boot;
	h->next = &coming.boot;
	assert_int_equal(endured_boot(h, NULL), ES_NOT_CONFIGURED);
	machine_write(&h->m, ENDURED_FILE, ENDURED_OLD);
	not_required(h);
	assert_int_equal(endured_boot(h, NULL), ES_OK);
}

/* As watch leaves it between two increments of the counter. */
static void pending(struct endured *h)
{
	sealed(h);
	machine_write(&h->m, "etc/another", "so that there is something to save\n");
	assert_int_equal(save_later(h), ES_OK);
}

/* A commit whose counter was never incremented: the disk after it, the TPM before it. */
static void uncounted(struct endured *h)
{
	char keep[256], back[256];

	sealed(h);
	snprintf(keep, sizeof keep, "cp %s/tpm2-00.permall %s/before", es_swtpm_folder(h->m.tpm), h->m.folder);
	snprintf(back, sizeof back, "mv %s/before %s/tpm2-00.permall", h->m.folder, es_swtpm_folder(h->m.tpm));
	assert_int_equal(system(keep), 0);
	machine_write(&h->m, "etc/another", "so that there is something to save\n");
	assert_int_equal(backup(h), ES_OK);
	assert_int_equal(system(back), 0);
	es_swtpm_power_cycle(h->m.tpm);
}

const struct verb verbs[] = {
	{ "init", "init", NULL, init_tpm, false },
	{ "init --kdf", NULL, NULL, init_kdf, false },
	{ "unlock", NULL, sealed, unlock, true },
	{ "unlock, kdf", NULL, kdf, unlock, true },
	{ "unlock, recovery key", NULL, sealed, unlock_recovery, true },
	{ "unlock, uncounted", NULL, uncounted, unlock, true },
	{ "backup", "backup", sealed, backup, false },
	{ "backup, kdf", NULL, kdf, backup, false },
	{ "backup, uncounted", NULL, uncounted, backup, false },
	{ "backup, pending", NULL, pending, backup, false },
	{ "save, not counted", NULL, sealed, save_later, false },
	{ "save, not counted, pending", NULL, pending, save_later, false },
	{ "save, counted next", NULL, sealed, save_next, false },
	{ "save, counted next, pending", NULL, pending, save_next, false },
	{ "set --mode=kdf", "set --mode=kdf --yes", sealed, set_kdf, false },
	{ "set --mode=tpm", "set --mode=tpm", kdf, set_tpm, false },
	{ "require Secure Boot", "set --require-secure-boot=true", not_required, require_secure_boot, false },
	{ "no Secure Boot", "set --require-secure-boot=false", sealed, allow_no_secure_boot, false },
	{ "no exec-installed-only", "set --require-exec-installed-only=false", sealed, allow_all_programs, false },
	{ "adopt", "adopt", sealed_over_an_older_file, adopt, false },
	{ "more paths", "set --path=/srv/app", sealed, cover, false },
	{ "reseal", "reseal", sealed, reseal, false },
	{ "reseal --image", NULL, image_to_come, reseal_image, false },
	{ "recovery rotate, kdf", NULL, kdf, rotate, false },
	/* The last verb that a guest types: the owner no longer has the old key. */
	{ "recovery rotate", "recovery rotate", sealed, rotate, false },
};
const unsigned verb_count = sizeof verbs / sizeof *verbs;
