/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/reopen.h"

#include "keys/core/event_log.h"
#include "keys/opening/opening.h"
#include "keys/store/file.h"
#include "keys/tests/lib/extend.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(line, sizeof line, format, args) < (int)sizeof line);
	va_end(args);
	assert_int_equal(system(line), 0);
}

/* What firmware and stub measured into the PCRs that only a restart resets. */
static void power_on(const struct reopen *how)
{
	struct es_event_log log;
	struct es_event event;
	enum es_reason r;

	shell("cp %s %s/next", how->state, es_swtpm_folder(how->tpm));
	shell("mv %s/next %s/tpm2-00.permall", es_swtpm_folder(how->tpm), es_swtpm_folder(how->tpm));
	es_swtpm_power_cycle(how->tpm);
	assert_int_equal(es_event_log_open(how->log, &log), ES_OK);
	while ((r = es_event_log_next(&log, &event)) == ES_OK)
		if (event.type != ES_EV_NO_ACTION && event.pcr < 16)
			es_swtpm_extend(how->tpm, event.pcr, &event.sha256);
	assert_int_equal(r, ES_MISSING);
}

static enum es_reason boot(const struct reopen *how, const char *recovery, struct es_boot_record *ret)
{
	struct es_handover handover = { .measured = ES_MEASURED,
					.secure_boot = how->secure_boot,
					.recovery = recovery != NULL,
					.bank = { true, true } };
	ES_SCOPED(es_opening_freep) struct es_opening *o = NULL;
	ES_FD banks = open(how->banks, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_FD tree = -1;
	enum es_reason r;

	power_on(how);
	shell("rm -rf %s && mkdir -p %s", how->to, how->to);
	tree = open(how->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree >= 0);
	assert_int_equal(es_opening_new(&(struct es_opening_request){ .banks_dirfd = banks,
								      .handover = &handover,
								      .tcti = es_swtpm_tcti(how->tpm),
								      .product_uuid = how->uuid,
								      .event_log = how->log },
					&o),
			 ES_OK);
	r = es_opening_key(o, recovery);
	if (r == ES_OK)
		r = es_opening_unpack(o, tree);
	*ret = *es_opening_record(o);
	return r;
}

enum es_reason reopen(const struct reopen *how, struct es_boot_record *ret, enum es_reason *ret_refused)
{
	enum es_reason r = boot(how, NULL, ret);

	*ret_refused = r;
	if (r != ES_OK && r != ES_NOT_CONFIGURED && how->recovery != NULL)
		r = boot(how, how->recovery, ret);
	return r;
}
