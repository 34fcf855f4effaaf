/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/sources.h"

#include "initrd/device.h"
#include "initrd/fd.h"
#include "keys/core/labels.h"
#include "keys/store/identity.h"

#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

void es_sources_free(struct es_sources *s)
{
	es_fd_closep(&s->banks);
	es_secret_freep(&s->recovery);
	es_buf_free(&s->event_log);
	es_buf_free(&s->public_key);
	es_buf_free(&s->signature);
}

static const char *cmdline_of(const struct es_source_paths *p)
{
	return p->cmdline != NULL ? p->cmdline : "/proc/cmdline";
}

/* The stub removed the recovery key, and knows the banks' partition; only the image's pins are read from the
 * options. */
static void with_stub(const struct es_source_paths *p, struct es_sources *s)
{
	char device[ES_DEVICE_TEXT] = "";
	enum es_reason r = es_machine_options(cmdline_of(p), s, device);

	if (r == ES_OK || s->no_automatic != ES_OK)
		return;
	s->no_automatic = r;
	snprintf(s->no_automatic_detail, sizeof s->no_automatic_detail, "%s can't be read", cmdline_of(p));
}

/* Started by another loader: banks from a partition, recovery key from the kernel's options. */
static void without_stub(const struct es_source_paths *p, const struct es_say *say, struct es_sources *s)
{
	char device[ES_DEVICE_TEXT] = "";
	struct es_device_request request = {
		.name = device,
		.wait_ms = p->device_wait_ms > 0 ? p->device_wait_ms : ES_DEVICE_WAIT_MS,
	};
	s->trouble = es_machine_options(cmdline_of(p), s, device);
	if (s->trouble != ES_OK) {
		snprintf(s->detail, sizeof s->detail, "can't read " ES_OPTION_DEVICE "= from %s", cmdline_of(p));
		return;
	}
	if (s->recovery != NULL)
		es_say(say, ES_SAY_WARNING,
		       "the recovery key in the boot options stays readable for every user during this boot, in "
		       "/proc/cmdline: change it afterwards (`etcseal recovery rotate`)");
	if (device[0] == '\0') {
		es_say(say, ES_SAY_INFO,
		       "not started by the boot stub, and no " ES_OPTION_DEVICE
		       "= names the banks' partition: this host counts as not configured");
		return;
	}
	s->trouble = es_device_banks(&request, &s->banks, s->detail, sizeof s->detail);
}

/* Not every initramfs mounts it. */
static void mount_securityfs(void)
{
	if (access("/sys/kernel/security/tpm0", F_OK) < 0)
		(void)mount("securityfs", "/sys/kernel/security", "securityfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

void es_sources_gather(const struct es_source_paths *p, const struct es_say *say, struct es_sources *s)
{
	es_product_uuid_read(p->product_uuid != NULL ? p->product_uuid : "/sys/class/dmi/id/product_uuid",
			     s->product_uuid);
	if (es_handover_take(p->handover != NULL ? p->handover : ES_HANDOVER_DIR, say, s))
		with_stub(p, s);
	else
		without_stub(p, say, s);
	es_machine_hibernation(p, s);
	if (p->event_log == NULL)
		mount_securityfs();
	es_machine_event_log(p->event_log != NULL ? p->event_log : "/sys/kernel/security/tpm0/binary_bios_measurements",
			     say, s);
}
