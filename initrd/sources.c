/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/sources.h"

#include "initrd/device.h"
#include "initrd/fd.h"
#include "keys/core/labels.h"

#include <stdio.h>

void es_sources_free(struct es_sources *s)
{
	es_fd_closep(&s->banks);
	es_secret_freep(&s->recovery);
	es_buf_free(&s->event_log);
}

/* Started by another loader: banks from a partition, recovery key from the kernel's own options. */
static void without_stub(const struct es_say *say, struct es_sources *s)
{
	char device[ES_DEVICE_TEXT] = "";
	struct es_device_request request = { .name = device, .wait_ms = ES_DEVICE_WAIT_MS };

	s->trouble = es_facts_options("/proc/cmdline", s, device);
	if (s->trouble != ES_OK) {
		snprintf(s->detail, sizeof s->detail, "/proc/cmdline can't be read");
		return;
	}
	if (device[0] == '\0') {
		es_say(say, ES_SAY_INFO,
		       "not started by the boot stub, and no " ES_OPTION_DEVICE
		       "= says where the banks are: taken for a host that isn't configured");
		return;
	}
	s->trouble = es_device_banks(&request, &s->banks, s->detail, sizeof s->detail);
}

void es_sources_gather(const char *handover_dir, const struct es_say *say, struct es_sources *s)
{
	es_facts_machine(s);
	if (!es_handover_take(handover_dir != NULL ? handover_dir : ES_HANDOVER_DIR, say, s))
		without_stub(say, s);
	es_facts_event_log("/sys/kernel/security", say, s);
}
