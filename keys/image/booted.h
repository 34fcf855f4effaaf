/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this boot's event log and the boot partition say about the running image, and about what vouched for programs.
 * The log must be one whose replay gives the TPM's values.
 */
#ifndef ES_BOOTED_H
#define ES_BOOTED_H

#include "keys/core/event_read.h"
#include "keys/core/pcr.h"
#include "keys/core/pe.h"

/* The event of the program that the firmware or shim loaded last. Our stub starts the kernel without them. */
bool es_booted_event(struct es_span log, struct es_event *ret);

/* Whether that file is the program of that event. */
bool es_booted_is(const struct es_pe *file, struct es_span log);

/* Whether that file is the boot image whose sections our stub measured into PCR 11. */
bool es_booted_is_measured(const struct es_pe *file, const struct es_pcr_values *read);

enum es_authority_list { ES_AUTHORITY_DB, ES_AUTHORITY_MOK };

/* The entry on whose authority the firmware or shim accepted a program. Both measure each entry once in a boot, when it
 * is first needed. */
struct es_authority {
	enum es_authority_list list; /* MOK: MokListRT, or a key built into shim */
	bool is_hash;                /* the program's own Authenticode SHA-256, not a certificate */
	struct es_span entry;        /* as in the list: the owner's GUID, then `data` */
	struct es_span data;         /* the certificate, or the digest */
};

/* Reads an event only if PCR 7 covers its data. */
bool es_authority_read(const struct es_event *event, struct es_authority *ret);

/* The last authority; false if there is none, or if the last one can't be read. *ret_direct (which may be NULL): no
 * other program was loaded between this event and the program that was loaded last. */
bool es_authority_last(struct es_span log, struct es_authority *ret, bool *ret_direct);

/* Whether shim took part in this boot, and whether shim itself loaded the program that was loaded last. */
struct es_shim_part {
	bool present, loaded_last;
	bool has_level;       /* it enforces SBAT */
	struct es_span level; /* its SbatLevel, as it measured it */
};
void es_shim_part(struct es_span log, struct es_shim_part *ret);

#endif
