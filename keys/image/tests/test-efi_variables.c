/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/image/efi_variables.h"
#include "keys/tests/lib/oracle.h"

#include <stdio.h>
#include <string.h>

static const char *folder(void **state)
{
	return *state;
}

/* Writes a variable as efivarfs shows it: four bytes of attributes, then the value. */
static void write_variable(void **state, const char *name, const char *guid, const char *value)
{
	assert_int_equal(oracle_shell(state, "printf '\\007\\000\\000\\000%s' >%s-%s", value, name, guid), 0);
}

static void reads_a_variable_without_its_attributes(void **state)
{
	ES_BUF value = { NULL, 0 };

	write_variable(state, "SecureBoot", ES_EFI_GLOBAL, "\\001");
	write_variable(state, "SetupMode", ES_EFI_GLOBAL, "\\000");
	write_variable(state, "AuditMode", ES_EFI_GLOBAL, "\\001\\001");
	write_variable(state, "db", ES_EFI_DATABASE, "lists");
	write_variable(state, "Empty", ES_EFI_SHIM, "");
	assert_int_equal(oracle_shell(state, "printf abc >Short-" ES_EFI_SHIM), 0);
	assert_true(es_efi_variable_is_one(folder(state), "SecureBoot", ES_EFI_GLOBAL));
	assert_false(es_efi_variable_is_one(folder(state), "SecureBoot", ES_EFI_SHIM));
	assert_false(es_efi_variable_is_one(folder(state), "SetupMode", ES_EFI_GLOBAL));
	assert_false(es_efi_variable_is_one(folder(state), "AuditMode", ES_EFI_GLOBAL));
	assert_int_equal(es_efi_variable(folder(state), "db", ES_EFI_DATABASE, &value), ES_OK);
	assert_int_equal(value.len, 5);
	assert_memory_equal(value.data, "lists", 5);
	es_buf_free(&value);
	assert_int_equal(es_efi_variable(folder(state), "Empty", ES_EFI_SHIM, &value), ES_OK);
	assert_int_equal(value.len, 0);
	assert_int_equal(es_efi_variable(folder(state), "Short", ES_EFI_SHIM, &value), ES_FORMAT);
	assert_int_equal(es_efi_variable(folder(state), "dbx", ES_EFI_DATABASE, &value), ES_MISSING);
	assert_int_equal(es_efi_variable("/nowhere", "db", ES_EFI_DATABASE, &value), ES_MISSING);
}

static void reads_the_modes_in_which_anything_starts(void **state)
{
	struct es_secure_boot_modes modes = es_secure_boot_modes(folder(state));

	assert_false(modes.setup || modes.audit);
	write_variable(state, "SetupMode", ES_EFI_GLOBAL, "\\001");
	write_variable(state, "AuditMode", ES_EFI_GLOBAL, "\\000");
	modes = es_secure_boot_modes(folder(state));
	assert_true(modes.setup && !modes.audit);
	write_variable(state, "SetupMode", ES_EFI_GLOBAL, "\\000");
	write_variable(state, "AuditMode", ES_EFI_GLOBAL, "\\001");
	modes = es_secure_boot_modes(folder(state));
	assert_true(!modes.setup && modes.audit);
}

static void reads_shims_lists_in_all_their_parts(void **state)
{
	ES_SCOPED(es_secure_boot_lists_free) struct es_secure_boot_lists lists;

	write_variable(state, "MokListRT", ES_EFI_SHIM, "one,");
	write_variable(state, "MokListRT1", ES_EFI_SHIM, "two,");
	write_variable(state, "MokListRT2", ES_EFI_SHIM, "three");
	write_variable(state, "MokListRT4", ES_EFI_SHIM, "not this");
	write_variable(state, "MokListXRT", ES_EFI_SHIM, "forbidden");
	write_variable(state, "MokIgnoreDB", ES_EFI_SHIM, "\\001");
	es_secure_boot_lists_read(folder(state), &lists);
	assert_true(lists.have_mok && lists.ignores_db && !lists.have_db);
	assert_int_equal(lists.mok.len, 13);
	assert_memory_equal(lists.mok.data, "one,two,three", 13);
	assert_int_equal(lists.mokx.len, 9);
	assert_int_equal(lists.dbx.len, 0);
}

static void without_requests_nothing_is_reported(void **state)
{
	struct es_shim_requests r;

	write_variable(state, "MokListRT", ES_EFI_SHIM, "x");
	write_variable(state, "MokTimeout", ES_EFI_SHIM, "x");
	write_variable(state, "MokDelAuth", ES_EFI_SHIM, "x"); /* alone it requests nothing */
	es_shim_requests_read(folder(state), &r);
	assert_string_equal(r.manager, "");
	assert_false(r.sbat);
	es_shim_requests_read("/nowhere", &r);
	assert_string_equal(r.manager, "");
}

static void names_the_requests_to_shim(void **state)
{
	static const char *const names[] = { "MokNew",  "MokDel",  "MokSB", "MokDB",
					     "MokXNew", "MokXDel", "MokPW", "MokListTrustedNew",
					     "MokAuth", "MokXAuth" };
	struct es_shim_requests r;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		write_variable(state, names[i], ES_EFI_SHIM, "x");
		es_shim_requests_read(folder(state), &r);
		assert_int_equal(strncmp(r.manager, names[i], strlen(names[i])), 0);
		assert_int_equal(oracle_shell(state, "rm %s-*", names[i]), 0);
	}
	write_variable(state, "MokNew", ES_EFI_SHIM, "a list");
	write_variable(state, "MokAuth", ES_EFI_SHIM, "a hash");
	write_variable(state, "SbatPolicy", ES_EFI_SHIM, "\\001");
	es_shim_requests_read(folder(state), &r);
	assert_string_equal(r.manager, "MokNew (enrol a key), MokAuth (a request's password)");
	assert_true(r.sbat);
	/* All at once: truncated, but terminated. */
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		write_variable(state, names[i], ES_EFI_SHIM, "x");
	es_shim_requests_read(folder(state), &r);
	assert_true(strlen(r.manager) < sizeof r.manager);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)
	const struct CMUnitTest tests[] = {
		TEST(reads_a_variable_without_its_attributes),
		TEST(reads_the_modes_in_which_anything_starts),
		TEST(reads_shims_lists_in_all_their_parts),
		TEST(without_requests_nothing_is_reported),
		TEST(names_the_requests_to_shim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
