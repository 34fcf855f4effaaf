/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/options.h"

#include "keys/core/options.h"
#include "keys/core/recovery_find.h"
#include "keys/core/utf16.h"
#include "keys/core/wipe.h"

#include <string.h>

enum { ARGUMENT_MAX = 8192 }; /* UTF-16 units of one shell argument that are read */

static size_t utf16_len(const CHAR16 *text)
{
	size_t n = 0;

	while (n < ARGUMENT_MAX && text[n] != 0)
		n++;
	return n * sizeof(CHAR16);
}

/* The UEFI shell's arguments, without the program's name, with which LoadOptions begins there. */
static EFI_SHELL_PARAMETERS_PROTOCOL *shell_parameters(const struct es_firmware *fw)
{
	EFI_GUID guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
	void *found;

	return EFI_ERROR(es_protocol(fw, fw->image, &guid, &found)) ? NULL : found;
}

static void read_shell(const EFI_SHELL_PARAMETERS_PROTOCOL *shell, struct es_writer *w)
{
	for (UINTN i = 1; i < shell->Argc && shell->Argv; i++) {
		if (!shell->Argv[i])
			continue;
		es_write_text(w, w->pos > 0 ? " " : "");
		es_utf8_from_utf16((struct es_span){ (const uint8_t *)shell->Argv[i], utf16_len(shell->Argv[i]) }, w);
	}
}

static void wipe_shell(const EFI_SHELL_PARAMETERS_PROTOCOL *shell)
{
	for (UINTN i = 1; i < shell->Argc && shell->Argv; i++)
		if (shell->Argv[i])
			es_wipe(shell->Argv[i], utf16_len(shell->Argv[i]));
}

/* Data that isn't UTF-16 text has no options. But it may contain a key: tools that write boot entries also pass ASCII,
 * and a word processor's quote or byte order mark may come first. Only the key is taken from it. */
static void read_key_alone(struct es_span options, struct es_outside *o)
{
	const struct es_text narrow = { .bytes = options }, wide = { .bytes = options, .wide = true };
	uint8_t key[ES_RECOVERY_LEN];
	struct es_recovery_hit hit;

	if (!options.data)
		return;
	o->recovery = es_recovery_find_key(narrow, 0, &hit, key) || es_recovery_find_key(wide, 0, &hit, key);
	if (o->recovery)
		es_recovery_code_write(key, o->recovery_value);
	es_wipe(key, sizeof key);
}

/* False: they are too long, and all are ignored. A part of them could mean anything, and the key may be in the other
 * part. */
static bool read_all(const EFI_SHELL_PARAMETERS_PROTOCOL *shell, struct es_span options, struct es_outside *o)
{
	struct es_writer w = { .data = (uint8_t *)o->text, .cap = sizeof o->text };

	if (shell)
		read_shell(shell, &w);
	else if (es_options_are_text(options))
		es_utf8_from_utf16(options, &w);
	if (w.bad) {
		es_wipe(o->text, sizeof o->text);
		return false;
	}
	o->len = es_options_clean(o->text, w.pos);
	return true;
}

static void take_key(const struct es_firmware *fw, const EFI_SHELL_PARAMETERS_PROTOCOL *shell, struct es_span options,
		     struct es_outside *o)
{
	bool all = read_all(shell, options, o);

	if (!all) {
		es_say(fw, "boot options are longer than 4096 characters; all of them are ignored. Shorten them.");
		o->kind = ES_OUTSIDE_DROPPED;
	} else if (!shell && !es_options_are_text(options)) {
		read_key_alone(options, o);
	} else {
		o->recovery = es_options_take_recovery(o->text, &o->len, o->recovery_value);
	}
	if (all && !o->recovery)
		return;
	if (options.data)
		es_wipe(fw->loaded->LoadOptions, options.len);
	if (shell)
		wipe_shell(shell);
}

void es_outside_read(const struct es_firmware *fw, struct es_span own, bool drop, struct es_outside *ret)
{
	EFI_SHELL_PARAMETERS_PROTOCOL *shell = shell_parameters(fw);
	struct es_span options = { fw->loaded->LoadOptions, fw->loaded->LoadOptionsSize };

	*ret = (struct es_outside){ .kind = ES_OUTSIDE_NONE };
	take_key(fw, shell, options, ret);
	ret->len = es_options_clean(ret->text, ret->len);
	if (!es_options_replace((struct es_span){ (const uint8_t *)ret->text, ret->len }, own)) {
		ret->len = 0;
		return;
	}
	ret->kind = drop ? ES_OUTSIDE_DROPPED : ES_OUTSIDE_USED;
	if (drop) {
		es_say(fw, "Secure Boot is on, so options given at boot are ignored (except for a recovery key).");
		es_wipe(ret->text, sizeof ret->text);
		ret->len = 0;
	}
}

void es_outside_wipe(struct es_outside *o)
{
	es_wipe(o, sizeof *o);
}
