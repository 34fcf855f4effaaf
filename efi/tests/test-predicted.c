/* SPDX-License-Identifier: Apache-2.0 */
/* What the stub measures is what the host predicts (keys/image), over many inputs. A difference seals a host to PCRs
 * that no boot has. Every run has the same inputs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/firmware_options.h"
#include "efi/tests/lib/mock_boot.h"
#include "keys/crypto/hash.h"
#include "keys/image/firmware_now.h"
#include "keys/image/image.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/smbios_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOTS = 500, FIRMWARES = 150, OPTIONS_TEXT = 120 };

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table);

static uint64_t seed;

/* xorshift64*: below n */
static unsigned draw(unsigned n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (unsigned)((seed * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

static void assert_pcr(const struct mock_registers *tpm, unsigned count, unsigned pcr,
		       const struct es_digest *predicted)
{
	struct es_digest measured = { { 0 } };

	for (unsigned i = 0; i < count; i++)
		if (tpm->events[i].pcr == pcr)
			assert_true(es_pcr_event(&measured, (struct es_span){ tpm->events[i].data, tpm->events[i].len },
						 es_sha256));
	assert_memory_equal(measured.bytes, predicted->bytes, sizeof measured.bytes);
}

static void every_set_of_sections_gives_the_predicted_pcr_11(void **state)
{
	static struct mock mock;
	static struct mock_registers tpm;

	(void)state;
	for (unsigned set = 0; set < 1u << ES_UKI_COUNT; set++) {
		uint8_t content[ES_UKI_COUNT][64];
		struct es_uki uki = { .present = { false } };
		struct es_measuring measuring;
		struct es_digest predicted;

		for (unsigned i = 0; i < ES_UKI_COUNT; i++) {
			uki.present[i] = (set & 1u << i) != 0;
			uki.section[i] = (struct es_span){ content[i], 1 + draw(sizeof content[i]) };
			for (size_t k = 0; k < uki.section[i].len; k++)
				content[i][k] = (uint8_t)draw(256);
		}
		mock_start(&mock);
		mock_tpm_start(&tpm);
		mock_tpm_offer(&mock, &tpm);
		es_measuring_open(&mock.fw, &measuring);
		es_measure_image(&measuring, &uki);
		assert_int_equal(es_image_predict_pcr11(&uki, &predicted), ES_OK);
		assert_pcr(&tpm, tpm.count, ES_PCR_IMAGE, &predicted);
	}
}

/* The image's own options, others, or none, with white space and control characters between the words and at the end.
 * The first character is printable: from a menu, the stub takes anything else for binary data. */
static void draw_options(char ret[static OPTIONS_TEXT])
{
	static const char *const words[] = {
		"root=/dev/vda", "quiet", "root=/dev/vdb", "single", "a=\"b  c\"", "x=~|"
	};
	static const char *const between[] = { " ", "  ", "\t", "\n", "\x01", "\x7f", " \r\n", "\x1f \x02" };
	const unsigned kind = draw(8), count = draw(6);

	ret[0] = '\0';
	if (draw(4) == 0)
		strcat(ret, " ");
	for (unsigned i = 0; kind > 0 && i < (kind < 4 ? 2 : count); i++) {
		strcat(ret, kind < 4 ? words[i] : words[draw(sizeof words / sizeof *words)]);
		strcat(ret, kind < 3 ? between[0] : between[draw(sizeof between / sizeof *between)]);
	}
	if (ret[0] != '\0' && draw(2) == 0)
		ret[strlen(ret) - 1] = '\0';
}

static void boot_with(const char *options, bool recovery)
{
	char given[2 * OPTIONS_TEXT + sizeof MOCK_BOOT_KEY];

	snprintf(given, sizeof given, "%s%s%s%s", options, recovery && options[0] != '\0' ? " " : "",
		 recovery ? "etcseal.recovery=" : "", recovery ? MOCK_BOOT_KEY : "");
	mock_boot_give(given);
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
}

static void any_boot_options_give_the_predicted_pcr_12(void **state)
{
	unsigned with_options = 0;

	for (unsigned i = 0; i < BOOTS; i++) {
		const struct es_span *image;
		const bool recovery = draw(3) == 0;
		struct es_digest pcr11, pcr12, none = { { 0 } };
		char options[OPTIONS_TEXT];
		struct es_uki uki;
		struct es_pe pe;

		draw_options(options);
		assert_int_equal(mock_boot_start(state), 0);
		image = &(struct es_span){ mock_boot.loaded, mock_boot.mock.loaded.ImageSize };
		assert_int_equal(es_pe_open(*image, ES_PE_LOADED, &pe), ES_OK);
		assert_int_equal(es_uki_find(&pe, ES_PE_LOADED, &uki), ES_OK);
		assert_int_equal(es_image_predict_pcr11(&uki, &pcr11), ES_OK);
		assert_int_equal(es_image_predict_pcr12(&uki, options, recovery, &pcr12), ES_OK);
		with_options += !recovery && !es_digest_equal(&pcr12, &none);
		boot_with(options, recovery);
		assert_pcr(&mock_boot.tpm, mock_boot.kernel.events, ES_PCR_IMAGE, &pcr11);
		assert_pcr(&mock_boot.tpm, mock_boot.kernel.events, ES_PCR_OPTIONS, &pcr12);
		assert_int_equal(mock_boot_end(state), 0);
	}
	assert_in_range(with_options, BOOTS / 5, BOOTS / 2);
}

struct firmware {
	struct mock mock;
	struct mock_registers tpm;
	struct es_measuring measuring;
	struct es_test_smbios smbios;
	uint8_t entry[ES_SMBIOS_ENTRY_LEN];
	uint8_t value[4 + ES_FIRMWARE_VALUE_MAX + 1];
};

/* Of any length up to one over the limit. */
static size_t draw_len(void)
{
	static const size_t limits[] = { 0, 1, ES_FIRMWARE_VALUE_MAX, ES_FIRMWARE_VALUE_MAX + 1 };
	const unsigned kind = draw(40);

	return kind < 4 ? limits[kind] : draw(200);
}

/* For the stub's firmware, and as efivarfs shows it: with its attributes first, and only if the system may read it. */
static void set_variables(void **state, struct firmware *f)
{
	assert_int_equal(oracle_shell(state, "rm -rf efi && mkdir -p efi/efivars dmi && touch efi/efivars/another"), 0);
	for (int i = 0; i < ES_FIRMWARE_VARIABLES; i++) {
		const struct es_firmware_variable *v = &es_firmware_variables[i];
		char name[ES_FIRMWARE_VARIABLE_NAME], path[128];
		const size_t len = draw_len();
		const bool runtime = draw(5) > 0;
		struct mock_variable *set;

		if (draw(2) == 0)
			continue;
		f->value[0] = runtime ? 7 : 3;
		for (size_t k = 0; k < len; k++)
			f->value[4 + k] = (uint8_t)draw(256);
		es_firmware_variable_name(v, name);
		set = mock_set_variable(&f->mock, name, f->value + 4, len);
		memcpy(&set->guid, v->guid, sizeof v->guid);
		set->attributes = f->value[0];
		snprintf(path, sizeof path, "efi/efivars/%s", v->id);
		if (runtime)
			oracle_write(state, path, (struct es_span){ f->value, 4 + len });
	}
}

static void set_strings(void **state, struct firmware *f)
{
	static const EFI_GUID guid = { 0xf2fd1544, 0x9794, 0x4a2c, { 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 } };
	static const char *const begins[] = { "io.systemd.", "io.systemd", "IO.SYSTEMD.", "To be filled " };
	const unsigned count = draw(8) == 0 ? ES_FIRMWARE_STRINGS - 1 + draw(3) : draw(6);
	char folder[128];

	es_test_smbios_begin(&f->smbios);
	for (unsigned i = 0; i < count; i++) {
		const char *begin = begins[count > 6 ? 0 : draw(4)];
		size_t len = draw_len();

		len = len < 16 ? 16 : len;
		memset(f->value, 'a' + (int)draw(26), len);
		memcpy(f->value, begin, strlen(begin));
		es_test_smbios_add_string(&f->smbios, (struct es_span){ f->value, len });
	}
	es_test_smbios_add(&f->smbios, 127, "");
	es_test_smbios_entry64((uint64_t)(uintptr_t)f->smbios.table, (uint32_t)f->smbios.len, f->entry);
	mock_add_table(&f->mock, guid, f->entry);
	snprintf(folder, sizeof folder, "%s/dmi/tables", (const char *)*state);
	es_test_smbios_publish(&f->smbios, folder);
}

static void assert_events(const struct firmware *f, const struct es_firmware_now *now)
{
	assert_int_equal(f->tpm.count, now->count);
	for (unsigned i = 0; i < now->count; i++) {
		assert_int_equal(f->tpm.events[i].pcr, ES_PCR_OPTIONS);
		assert_int_equal(f->tpm.events[i].len, now->event[i].len);
		assert_memory_equal(f->tpm.events[i].data, now->event[i].data, now->event[i].len);
	}
}

static void any_firmwares_options_are_predicted_or_refused(void **state)
{
	struct firmware *f = calloc(1, sizeof *f);
	unsigned refused = 0;

	assert_non_null(f);
	for (unsigned i = 0; i < FIRMWARES; i++) {
		ES_FIRMWARE_NOW now = { .count = 0 };
		unsigned count;

		mock_start(&f->mock);
		mock_tpm_start(&f->tpm);
		mock_tpm_offer(&f->mock, &f->tpm);
		set_variables(state, f);
		set_strings(state, f);
		es_measuring_open(&f->mock.fw, &f->measuring);
		count = es_firmware_options_measure(&f->measuring);
		assert_int_equal(es_firmware_now_read(*state, &now), ES_OK);
		assert_true(now.variables_known && now.strings_known);
		assert_int_equal(f->measuring.result == ES_MEASURED_FAILED, now.refused[0] != '\0');
		refused += now.refused[0] != '\0';
		if (now.refused[0] != '\0')
			continue;
		assert_int_equal(count, now.count);
		assert_events(f, &now);
	}
	assert_in_range(refused, FIRMWARES / 20, FIRMWARES / 2);
	free(f);
}

static int begin(void **state)
{
	seed = 0x1234567890abcdef;
	return oracle_folder_make(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_set_of_sections_gives_the_predicted_pcr_11, begin,
						oracle_folder_remove),
		cmocka_unit_test_setup_teardown(any_boot_options_give_the_predicted_pcr_12, begin,
						oracle_folder_remove),
		cmocka_unit_test_setup_teardown(any_firmwares_options_are_predicted_or_refused, begin,
						oracle_folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
