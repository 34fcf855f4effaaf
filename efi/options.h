/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot options from outside the image: who starts us (firmware entry, boot menu, UEFI shell) may pass any bytes. The
 * recovery key is taken out of them here and wiped where it lay; it goes no further than into the handover.
 *
 * It can't reach copies that others keep: the Boot#### variable itself, a boot menu's own memory.
 */
#ifndef ES_EFI_OPTIONS_H
#define ES_EFI_OPTIONS_H

#include "efi/firmware.h"
#include "keys/core/handover.h"
#include "keys/core/options_recovery.h"

struct es_outside {
	enum es_outside_options kind; /* NONE: nothing, or nothing but a recovery key */
	char text[ES_OPTIONS_MAX];    /* UTF-8, cleaned, without the recovery key; not terminated */
	size_t len;
	bool recovery;
	char recovery_value[ES_RECOVERY_INPUT_MAX]; /* NUL-terminated */
};

/* own: the image's .cmdline, cleaned; the same from outside is none (systemd-boot passes it so). drop: Secure Boot is on, so
 * only the recovery key counts. Never fails: what can't be read as options is none; what is longer than ES_OPTIONS_MAX is
 * dropped whole, and said. */
void es_outside_read(const struct es_firmware *fw, struct es_span own, bool drop, struct es_outside *ret);
void es_outside_wipe(struct es_outside *o);

#endif
