/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the firmware and shim will decide about an image, by their lists, which efitools made. The same in a real boot:
 * tests-ovmf/scenarios/shim-refuses.sh.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/image/efi_variables.h"
#include "keys/image/verdict.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/predict_scene.h"

#include <stdio.h>
#include <string.h>

#define SBAT     "sbat,1,SBAT Version,sbat,1,url\netcseal,1,etcseal,etcseal,0.1.0,url\n"
#define FIRMWARE "sb=1 pk db:one now"
#define SHIM     "sb=1 pk db:one menu mok sbat MokListRT:two now"
#define MENU     "sb=1 pk db:one menu mok sbat MokListRT:two menu now"

/* A list's content: names of NAME.esl, separated by spaces; "#" is the image's own hash. */
static void list(void **state, const char *names, struct es_buf *ret)
{
	char copy[64], line[256] = "cat /dev/null", *rest = NULL;

	snprintf(copy, sizeof copy, "%s", names);
	for (char *name = strtok_r(copy, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
		strcat(line, " ");
		strcat(line, strcmp(name, "#") == 0 ? "image" : name);
		strcat(line, ".esl");
	}
	assert_int_equal(oracle_shell(state, "%s >list", line), 0);
	*ret = oracle_read(state, "list");
}

struct lists {
	const char *db, *mok, *dbx, *mokx;
};

static void read_lists(void **state, const struct lists *from, const struct predict_image *image,
		       struct es_secure_boot_lists *ret)
{
	oracle_write(state, "image.efi", (struct es_span){ image->bytes, image->len });
	assert_int_equal(oracle_shell(state, "hash-to-efi-sig-list image.efi image.esl >/dev/null"), 0);
	*ret = (struct es_secure_boot_lists){ .have_db = true, .have_mok = from->mok != NULL };
	list(state, from->db, &ret->db);
	list(state, from->mok != NULL ? from->mok : "", &ret->mok);
	list(state, from->dbx, &ret->dbx);
	list(state, from->mokx, &ret->mokx);
}

static const struct {
	const char *boot, *signer;
	bool sbat;
	struct lists lists;
	const char *refused; /* NULL: taken */
} verdicts[] = {
	{ FIRMWARE, "one", false, { "one", NULL, "", "" }, NULL },
	{ FIRMWARE, "leaf", false, { "two ca", NULL, "", "" }, NULL },
	{ FIRMWARE, NULL, false, { "one #", NULL, "", "" }, NULL },
	{ FIRMWARE, NULL, false, { "one", NULL, "", "" }, "isn't signed, and its hash isn't listed" },
	{ FIRMWARE, "two", false, { "one", NULL, "", "" }, "nothing that the firmware (db) accepts" },
	{ FIRMWARE, "one", false, { "one", NULL, "#", "" }, "dbx forbids its hash" },
	{ FIRMWARE, "one", false, { "one", NULL, "one", "" }, "a certificate of its signature is forbidden" },
	{ FIRMWARE, "one", false, { "one", NULL, "one.hash", "" }, "a certificate of its signature is forbidden" },
	{ FIRMWARE, "one", false, { "one", NULL, "two two.hash", "" }, NULL },
	{ FIRMWARE, "modules", false, { "modules", NULL, "", "" }, NULL },

	{ SHIM, "two", true, { "one", "ca two", "", "" }, NULL },
	{ SHIM, "one", true, { "one", "ca two", "", "" }, NULL },
	{ SHIM, NULL, true, { "one", "ca two #", "", "" }, NULL },
	{ SHIM, "two", true, { "one", "ca", "", "" }, "nothing that the firmware (db) or shim (MokListRT) accepts" },
	{ SHIM, NULL, true, { "one", "ca two", "", "" }, "isn't signed" },
	{ SHIM, "two", false, { "one", "ca two", "", "" }, "no .sbat section" },
	/* only enforced for programs that shim itself loads */
	{ MENU, "two", false, { "one", "ca two", "", "" }, NULL },
	{ SHIM, "modules", true, { "one", "modules", "", "" }, "kernel modules only" },
	{ SHIM, "modules", true, { "modules", "modules", "", "" }, "kernel modules only" },
	{ SHIM, "two", true, { "one", "two", "#", "" }, "dbx forbids its hash" },
	{ SHIM, "two", true, { "one", "two", "", "#" }, "(MokListX) contains its hash" },
	{ SHIM, "two", true, { "one", "two", "", "two" }, "a certificate of its signature is forbidden" },
	{ SHIM, "two", true, { "one", "two", "two", "" }, "a certificate of its signature is forbidden" },
	{ SHIM, "two", true, { "one", "two", "two.hash", "" }, NULL }, /* shim ignores those */
};

static void an_image_is_accepted_or_refused_as_the_lists_say(void **state)
{
	static struct predict_scene s;

	predict_make_image(state, 1, "one", &s.menu);
	predict_make_image(state, 2, "two", &s.now);
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		ES_SCOPED(es_secure_boot_lists_free) struct es_secure_boot_lists lists;
		struct es_predict_request q;
		struct es_next_verdict v;

		if (verdicts[i].sbat)
			predict_make_sbat_image(state, SBAT, verdicts[i].signer, &s.next);
		else
			predict_make_image(state, 4, verdicts[i].signer, &s.next);
		read_lists(state, &verdicts[i].lists, &s.next, &lists);
		q = predict_boot_as(state, &s, verdicts[i].boot);
		q.lists = &lists;
		es_next_judge(&q, &v);
		if (v.verdict != (verdicts[i].refused != NULL ? ES_VERDICT_REFUSED : ES_VERDICT_ACCEPTED))
			fail_msg("row %d: %d %s", (int)i, v.verdict, v.why);
		if (verdicts[i].refused != NULL)
			assert_part(v.why, verdicts[i].refused);
	}
}

static void judge_sbat(void **state, const char *sbat, struct es_next_verdict *ret)
{
	static struct predict_scene s;
	struct es_predict_request q;

	predict_make_image(state, 1, "one", &s.menu);
	predict_make_image(state, 2, "two", &s.now);
	predict_make_sbat_image(state, sbat, "two", &s.next);
	q = predict_boot_as(state, &s, SHIM);
	es_next_judge(&q, ret);
}

static void sbat_is_checked_without_any_list(void **state)
{
	struct es_next_verdict v;

	judge_sbat(state, SBAT, &v);
	assert_int_equal(v.verdict, ES_VERDICT_UNKNOWN);
	judge_sbat(state, SBAT "grub,3,f,grub,2.06,url\n", &v);
	assert_int_equal(v.verdict, ES_VERDICT_REFUSED);
	assert_part(v.why, "shim demands generation 5 of grub (SbatLevel), but its .sbat section says 3");
	judge_sbat(state, "sbat,1,too short\n", &v);
	assert_int_equal(v.verdict, ES_VERDICT_REFUSED);
	assert_part(v.why, "can't read its .sbat section");
}

static void an_image_changed_after_signing_is_found(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_next_verdict v;

	predict_make_image(state, 2, "one", &s.now);
	predict_make_image(state, 4, "one", &s.next);
	s.next.bytes[es_test_get32(s.next.bytes, es_test_pe_at(1, ES_TEST_PE_ROFF))] ^= 1;
	predict_open(&s.next);
	q = predict_boot_as(state, &s, FIRMWARE);
	es_next_judge(&q, &v);
	assert_int_equal(v.verdict, ES_VERDICT_REFUSED);
	assert_part(v.why, "changed after it was signed");
}

/* Two keys are enrolled; the one that signed the next image isn't the one that vouched in this boot. */
static void predict_with(void **state, const char *boot, const char *now, const char *next, const struct lists *from,
			 struct es_prediction *ret)
{
	ES_SCOPED(es_secure_boot_lists_free) struct es_secure_boot_lists lists;
	static struct predict_scene s;
	struct es_predict_request q;

	predict_make_image(state, 1, "one", &s.menu);
	predict_make_image(state, 2, now, &s.now);
	predict_make_sbat_image(state, SBAT, next, &s.next);
	read_lists(state, from, &s.next, &lists);
	q = predict_boot_as(state, &s, boot);
	q.lists = &lists;
	predict_now(&q, ret);
}

static void pcr_7_depends_on_the_entry_that_will_vouch(void **state)
{
	static const struct {
		const char *boot, *now, *next;
		struct lists lists;
		const char *unknown; /* NULL: PCR 7 stays the same */
	} rows[] = {
		{ SHIM, "two", "two", { "one", "ca two", "", "" }, NULL },
		{ MENU, "two", "two", { "one", "ca two", "", "" }, NULL },
		{ SHIM,
		  "two",
		  "leaf",
		  { "one", "ca two", "", "" },
		  "signed with a key other than the one that vouched" },
		{ SHIM, "two", "two", { "one", "two #", "", "" }, "listed by its hash gives" },
		{ SHIM,
		  "two",
		  "two",
		  { "one two", "two", "", "" },
		  "signed with a key other" }, /* db comes first now */
		{ SHIM, "two", "modules", { "one", "two modules", "", "" }, "won't start: the key that signed it" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct es_prediction p;

		predict_with(state, rows[i].boot, rows[i].now, rows[i].next, &rows[i].lists, &p);
		if (((p.values.present & ES_PCR_BIT(7)) != 0) != (rows[i].unknown == NULL))
			fail_msg("row %d: %s", (int)i, p.unknown);
		if (rows[i].unknown != NULL)
			assert_part(p.unknown, rows[i].unknown);
	}
}

static void a_refused_image_is_reported(void **state)
{
	const struct lists lists = { "one", "ca", "", "" };
	struct es_prediction p;

	predict_with(state, SHIM, "two", "two", &lists, &p);
	assert_part(p.refused, "nothing that the firmware (db) or shim (MokListRT) accepts vouches for it");
	assert_int_not_equal(p.values.present & ES_PCR_BIT(4), 0);
	/* If Secure Boot is off, nothing is refused. */
	predict_with(state, "sb=0 pk menu mok sbat now", "two", NULL, &lists, &p);
	assert_string_equal(p.refused, "");
	predict_with(state, "sb=1 pk db:one menu mok sbat moksb=1 now", NULL, NULL, &lists, &p);
	assert_string_equal(p.refused, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_is_accepted_or_refused_as_the_lists_say),
		cmocka_unit_test(sbat_is_checked_without_any_list),
		cmocka_unit_test(an_image_changed_after_signing_is_found),
		cmocka_unit_test(pcr_7_depends_on_the_entry_that_will_vouch),
		cmocka_unit_test(a_refused_image_is_reported),
	};

	return cmocka_run_group_tests(tests, predict_folder, oracle_folder_remove);
}
