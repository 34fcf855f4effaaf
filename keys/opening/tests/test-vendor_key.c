/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an image carries the vendor's key that its host was sealed to: the PEM as text, and white space doesn't
 * count. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/pe.h"
#include "keys/image/policy.h"
#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/signed_image.h"
#include "keys/tests/lib/vendor.h"

#include <stdio.h>
#include <string.h>

struct scene {
	struct machine m;
	struct machine_boot boot;
	struct es_boot_record record;
	struct es_secret *key;
	struct es_buf pem;
	struct es_image_policy policy;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

/* The next image: it carries this PEM, and a policy by its key. */
static void put_image(struct scene *s, const char *name, struct es_span pem, const struct es_secret *key)
{
	ES_BUF image = { NULL, 0 };
	const char *why = "";
	struct es_uki uki;
	struct es_pe pe;

	small_image(name, pem, &image);
	assert_int_equal(es_pe_open(es_buf_span(&image), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	es_image_policy_free(&s->policy);
	if (es_image_policy_sign(&uki, key, 0, &s->policy, &why) != ES_OK)
		fail_msg("%s", why);
	s->boot.image = name;
	s->m.public_key = pem;
	s->m.signature = es_buf_span(&s->policy.json);
}

static enum es_reason boot(struct scene *s)
{
	return machine_boot(&s->m, &s->boot, NULL, &s->record);
}

static void begin(struct scene *s)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, true);
	s->boot = machine_usual_boot;
	s->key = vendor_new_key(s->m.tpm, 2048);
	assert_int_equal(es_rsa_private_public(s->key, &s->pem), ES_OK);
}

static bool is_sealed_to_vendor(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	const struct es_info *info = es_host_bank(host)->info;
	bool found = false;

	for (unsigned i = 0; i < info->protector_count; i++)
		found |= info->protectors[i]->type == ES_PROTECTOR_TPM && info->protectors[i]->tpm.is_signed;
	return found;
}

static void seal(struct scene *s, struct es_span pem)
{
	put_image(s, "image one", pem, s->key);
	assert_int_equal(boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "the first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
	assert_true(is_sealed_to_vendor(s));
}

static void end(struct scene *s)
{
	machine_stop(&s->m);
	es_image_policy_free(&s->policy);
	es_secret_free(s->key);
	es_buf_free(&s->pem);
}

/* What a shell line makes of the PEM at its standard input. */
static struct es_buf rewritten(struct scene *s, const char *line)
{
	char full[512];

	void *folder = s->m.folder;

	machine_put(&s->m, "pem", es_buf_span(&s->pem));
	snprintf(full, sizeof full, "{ %s; } <pem >pem.new && ! cmp -s pem pem.new", line);
	assert_int_equal(machine_shell(&s->m, full), 0);
	return oracle_read(&folder, "pem.new");
}

/* Line ends of another system, other lengths of lines, blank lines at the end, no line end at the end. */
static const char *const same[] = {
	"sed 's/$/\\r/'", "sed 's/$/ \\t/'", "sed '/-----/!s/^.\\{48\\}/&\\n/'", "cat; echo; echo", "head -c -1",
};

static void the_same_key_with_other_white_space_opens(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	seal(&s, es_buf_span(&s.pem));
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		ES_BUF pem = rewritten(&s, same[i]);

		put_image(&s, "image two", es_buf_span(&pem), s.key);
		if (boot(&s) != ES_OK)
			fail_msg("%s: %s: %s", same[i], s.record.refusal, s.record.refusal_detail);
		assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	}
	end(&s);
}

static void a_host_sealed_to_it_with_other_white_space_opens(void **state)
{
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		begin(&s);
		{
			ES_BUF pem = rewritten(&s, same[i]);

			seal(&s, es_buf_span(&pem));
			assert_int_equal(boot(&s), ES_OK);
			put_image(&s, "image two", es_buf_span(&s.pem), s.key);
			assert_int_equal(boot(&s), ES_OK);
			s.m.public_key.len = 0;
		}
		end(&s);
	}
}

static void another_key_stays_shut(void **state)
{
	ES_SECRET other = NULL;
	ES_BUF pem = { NULL, 0 };
	struct scene s;

	(void)state;
	begin(&s);
	seal(&s, es_buf_span(&s.pem));
	other = vendor_new_key(s.m.tpm, 2048);
	assert_int_equal(es_rsa_private_public(other, &pem), ES_OK);
	put_image(&s, "image two", es_buf_span(&pem), other);
	assert_int_equal(boot(&s), ES_LOCKED_PCR);
	assert_non_null(strstr(s.record.refusal_detail, "a different vendor's key"));
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_key_with_other_white_space_opens),
		cmocka_unit_test(a_host_sealed_to_it_with_other_white_space_opens),
		cmocka_unit_test(another_key_stays_shut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
