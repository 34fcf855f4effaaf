/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/booted.h"

#include "keys/core/authenticode.h"
#include "keys/core/signature_list.h"
#include "keys/crypto/hash.h"
#include "keys/image/image.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum {
	EV_EFI_BOOT_SERVICES_DRIVER = (int)0x80000004,
	EV_EFI_RUNTIME_SERVICES_DRIVER = (int)0x80000005,
	PCR_SHIM = 14,
};

static bool is_program(const struct es_event *event)
{
	return event->pcr == ES_PCR_BOOT_LOADER && event->type == (uint32_t)ES_EV_EFI_BOOT_SERVICES_APPLICATION;
}

/* Drivers are checked like programs, and counted wherever they are measured. */
static bool is_loaded(const struct es_event *event)
{
	return event->type == (uint32_t)ES_EV_EFI_BOOT_SERVICES_APPLICATION ||
	       event->type == (uint32_t)EV_EFI_BOOT_SERVICES_DRIVER ||
	       event->type == (uint32_t)EV_EFI_RUNTIME_SERVICES_DRIVER;
}

bool es_booted_event(struct es_span bytes, struct es_event *ret)
{
	struct es_event_log log;
	struct es_event event;
	bool found = false;

	if (es_event_log_open(bytes, &log) != ES_OK)
		return false;
	while (es_event_log_next(&log, &event) == ES_OK) {
		if (!is_program(&event))
			continue;
		*ret = event;
		found = true;
	}
	return found;
}

bool es_booted_is(const struct es_pe *file, struct es_span log)
{
	struct es_digest digest;
	struct es_event event;

	return es_booted_event(log, &event) && es_authenticode(file, es_sha256, &digest) == ES_OK &&
	       es_digest_equal(&digest, &event.sha256);
}

bool es_booted_is_measured(const struct es_pe *file, const struct es_pcr_values *read)
{
	struct es_digest pcr11;
	struct es_uki uki;

	return es_uki_find(file, ES_PE_FILE, &uki) == ES_OK && es_image_predict_pcr11(&uki, &pcr11) == ES_OK &&
	       es_digest_equal(&pcr11, &read->value[ES_PCR_IMAGE]);
}

/* Shim's names: MokListRT (MokList before 15.7), vendor_db for a list built into it, Shim for a single built-in
 * certificate, which has no owner. */
bool es_authority_read(const struct es_event *event, struct es_authority *ret)
{
	static const struct {
		const char *name;
		enum es_authority_list list;
		size_t owner;
	} names[] = { { "db", ES_AUTHORITY_DB, ES_SIGNATURE_OWNER },
		      { "MokListRT", ES_AUTHORITY_MOK, ES_SIGNATURE_OWNER },
		      { "MokList", ES_AUTHORITY_MOK, ES_SIGNATURE_OWNER },
		      { "vendor_db", ES_AUTHORITY_MOK, ES_SIGNATURE_OWNER },
		      { "Shim", ES_AUTHORITY_MOK, 0 } };
	struct es_span value;

	if (event->pcr != ES_PCR_SECURE_BOOT || event->type != (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY ||
	    !es_event_digest_matches(event, es_sha256))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!es_event_variable(event, names[i].name, &value) || value.len <= names[i].owner)
			continue;
		ret->list = names[i].list;
		ret->entry = value;
		ret->data = (struct es_span){ value.data + names[i].owner, value.len - names[i].owner };
		ret->is_hash = ret->data.len == ES_SHA256_LEN;
		return true;
	}
	return false;
}

/* Whether the event is about shim's own state, which it measures like an authority. */
static bool is_shims_state(const struct es_event *event)
{
	struct es_span value;

	return es_event_variable(event, "SbatLevel", &value) || es_event_variable(event, "MokSBState", &value);
}

bool es_authority_last(struct es_span bytes, struct es_authority *ret, bool *ret_direct)
{
	bool found = false, direct = false, since = false;
	struct es_event_log log;
	struct es_event event;

	if (es_event_log_open(bytes, &log) != ES_OK)
		return false;
	while (es_event_log_next(&log, &event) == ES_OK) {
		if (event.pcr == ES_PCR_SECURE_BOOT && event.type == (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY &&
		    !is_shims_state(&event))
			found = since = es_authority_read(&event, ret);
		if (!is_loaded(&event))
			continue;
		direct = since && is_program(&event);
		since = false;
	}
	if (ret_direct != NULL)
		*ret_direct = direct;
	return found;
}

static bool is_mok_manager(const struct es_event *event)
{
	char path[ES_PROGRAM_PATH];
	const char *name;

	if (!es_event_program_file(event, path))
		return false;
	name = strrchr(path, '/') + 1;
	return strncasecmp(name, "mm", 2) == 0 && strlen(name) > 4 && strcasecmp(name + strlen(name) - 4, ".efi") == 0;
}

static bool is_shims(const struct es_event *event)
{
	struct es_authority authority;

	if (event->pcr == PCR_SHIM && event->type == ES_EV_IPL)
		return event->data.len >= 3 && memcmp(event->data.data, "Mok", 3) == 0;
	return is_shims_state(event) || (es_authority_read(event, &authority) && authority.list == ES_AUTHORITY_MOK);
}

/* Shim measures its lists as soon as it runs. The next program is the one that it loads itself, apart from its key
 * manager; that program loaded anything later. */
void es_shim_part(struct es_span bytes, struct es_shim_part *ret)
{
	struct es_shim_part part = { .present = false };
	unsigned programs = 0;
	struct es_event_log log;
	struct es_event event;
	struct es_span level;

	*ret = part;
	if (es_event_log_open(bytes, &log) != ES_OK)
		return;
	while (es_event_log_next(&log, &event) == ES_OK) {
		if (is_shims(&event) && !part.present)
			part.present = true;
		if (event.pcr == ES_PCR_SECURE_BOOT && es_event_variable(&event, "SbatLevel", &level) &&
		    es_event_digest_matches(&event, es_sha256)) {
			part.has_level = true;
			part.level = level;
			programs = 0; /* another shim, started by the first one's fallback program */
		}
		if (part.present && is_program(&event) && !is_mok_manager(&event))
			programs++;
	}
	part.loaded_last = part.present && programs == 1;
	*ret = part;
}
