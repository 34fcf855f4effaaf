/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot options from outside the image: the caller (firmware entry, boot menu, UEFI shell) may pass any bytes. The
 * recovery key is removed from them here, and wiped where it was; it only goes into the handover.
 *
 * Copies that others keep aren't wiped: the Boot#### variable itself, a boot menu's own memory.
 */
#ifndef ES_EFI_OPTIONS_H
#define ES_EFI_OPTIONS_H

#include "efi/firmware.h"
#include "keys/core/handover.h"
#include "keys/core/options_recovery.h"

struct es_outside {
	enum es_outside_options kind; /* NONE: nothing, or only a recovery key */
	char text[ES_OPTIONS_MAX];    /* UTF-8, cleaned, without the recovery key; not terminated */
	size_t len;
	bool recovery;
	char recovery_value[ES_RECOVERY_INPUT_MAX]; /* NUL-terminated */
};

/* own: the image's .cmdline, cleaned; the same text from outside counts as none (systemd-boot passes it). drop: Secure
 * Boot is on, so only a recovery key is used. Never fails: unreadable options count as none; options longer than
 * ES_OPTIONS_MAX are all dropped, with a message. */
void es_outside_read(const struct es_firmware *fw, struct es_span own, bool drop, struct es_outside *ret);
void es_outside_wipe(struct es_outside *o);

#endif
