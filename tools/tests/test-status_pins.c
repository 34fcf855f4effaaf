/* SPDX-License-Identifier: Apache-2.0 */
/* What `etcseal status` says of a boot image that is pinned to this host, and of a configuration that was old. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/host/pins.h"
#include "keys/store/file.h"
#include "keys/tests/lib/command.h"
#include "keys/tests/lib/rotation.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { OPTIONS = 256 };

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

static void run(struct rotation *s, const char *words, int status)
{
	command_run(&command, &s->m, words, status, NULL, &c);
}

static void pins_now(struct rotation *s, char ret[static OPTIONS])
{
	struct es_writer w = { .data = (uint8_t *)ret, .cap = OPTIONS - 1 };
	ES_HOST host = machine_host(&s->m);
	struct es_pins pins;

	memset(ret, 0, OPTIONS);
	assert_int_equal(es_host_pins(host, &pins), ES_OK);
	es_pins_write(&pins, &w);
}

/* To the running host, which was started with something else. */
static void publish(struct rotation *s)
{
	assert_int_equal(es_file_write(AT_FDCWD, s->m.options_path, es_text_span(s->m.options)), ES_OK);
}

static void boot(struct rotation *s, const char *options, const char *recovery)
{
	struct machine_boot b = machine_usual_boot;

	b.pins = options;
	if (options != NULL)
		s->m.options = options;
	b.recovery = b.consent = recovery != NULL;
	assert_int_equal(machine_boot(&s->m, &b, recovery, &s->record), ES_OK);
}

static void the_image_that_has_to_follow_is_asked_for(void **state)
{
	char old[OPTIONS], next[OPTIONS];
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	run(&s, "status", 0);
	assert_null(strstr(c.out, "Boot image"));
	pins_now(&s, old);
	boot(&s, old, NULL);
	run(&s, "status", 0);
	assert_says(c.out, "Boot image      pinned to this host\n");
	assert_null(strstr(c.out, "image build"));
	rotation_whole(&s);
	run(&s, "status", 0);
	assert_says(c.out, "Boot image      pinned to this host, by an earlier key\n");
	assert_says(c.out,
		    "! the boot image is pinned to an earlier key: it opens this configuration, but would also open");
	assert_says(c.out, "`etcseal image build --from=IMAGE --for-this-host` pins it to the current key");
	run(&s, "status --json", 0);
	assert_says(c.out, "\"pinned_to_old_key\": true");
	pins_now(&s, next);
	boot(&s, next, NULL);
	run(&s, "status --json", 0);
	assert_says(c.out, "\"pinned\": true,\n  \"pins\": \"ok\",\n  \"pinned_to_old_key\": false");
	machine_stop(&s.m);
}

static void pins_to_something_else_are_told_before_the_reboot(void **state)
{
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	boot(&s, NULL, NULL);
	s.m.options = "quiet etcseal.key-id=0102030405060708\n";
	publish(&s);
	run(&s, "status", 0);
	assert_says(c.out, "Boot image      pinned, but not to this host's configuration\n");
	assert_says(c.out, "! the current boot image won't open this configuration: ");
	assert_says(c.out, "the image accepts 0102030405060708. `etcseal image build");
	s.m.options = "etcseal.host=me\n";
	publish(&s);
	run(&s, "status --json", 0);
	assert_says(c.out, "\"pins\": \"bad-pins\"");
	machine_stop(&s.m);
}

/* As encryption.info has them, and as the image's pins do. */
static void it_says_whose_configuration_it_is(void **state)
{
	char options[OPTIONS], key_before[OPTIONS], text[OPTIONS + 64];
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	for (int rotated = 0; rotated < 2; rotated++) {
		char *key, *host;

		pins_now(&s, options);
		boot(&s, options, NULL);
		key = strstr(options, "etcseal.key-id=") + strlen("etcseal.key-id=");
		host = strstr(options, "etcseal.host=") + strlen("etcseal.host=");
		key[16] = host[36] = '\0';
		run(&s, "status", 0);
		snprintf(text, sizeof text, "  Host id         %s\n  Key id          %s\n", host, key);
		assert_says(c.out, text);
		run(&s, "status --json", 0);
		snprintf(text, sizeof text, "\"host\": \"%s\",\n  \"key_id\": \"%s\"", host, key);
		assert_says(c.out, text);
		snprintf(text, sizeof text, "grep -q '\"key_id\": \"%s\"' boot/etcseal/bank0/encryption.info", key);
		assert_int_equal(machine_shell(&s.m, text), 0);
		if (rotated)
			assert_string_not_equal(key, key_before);
		strcpy(key_before, key);
		if (!rotated)
			rotation_whole(&s);
	}
	machine_stop(&s.m);
}

static void an_old_configuration_is_called_old(void **state)
{
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	boot(&s, NULL, NULL);
	run(&s, "status", 0);
	assert_says(c.out, "Age             the newest (generation ");
	run(&s, "status --json", 0);
	assert_says(c.out, "\"freshness\": \"newest\"");
	assert_says(c.out, "\"consent\": \"none\"");
	rotation_half(&s);
	boot(&s, NULL, s.before);
	run(&s, "status", 0);
	assert_says(c.out, "Age             OLD: the TPM's counter was ahead of it (generation ");
	assert_says(c.out, "! this boot opened an OLD configuration: generation ");
	assert_says(c.out, "`etcseal set --mode=tpm --yes` makes it the newest");
	run(&s, "status --json", 0);
	assert_says(c.out, "\"freshness\": \"rolled-back\"");
	assert_says(c.out, "\"consent\": \"old\"");
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_image_that_has_to_follow_is_asked_for),
		cmocka_unit_test(pins_to_something_else_are_told_before_the_reboot),
		cmocka_unit_test(it_says_whose_configuration_it_is),
		cmocka_unit_test(an_old_configuration_is_called_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
