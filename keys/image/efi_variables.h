/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's variables as the running system shows them (efivarfs): what Secure Boot and shim will use at the next
 * boot. They aren't authenticated: root can write some of them. Nothing is sealed because of them; they can only
 * prevent a promise.
 */
#ifndef ES_EFI_VARIABLES_H
#define ES_EFI_VARIABLES_H

#include "keys/core/buf.h"

#define ES_EFI_GLOBAL   "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define ES_EFI_DATABASE "d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define ES_EFI_SHIM     "605dab50-e046-4300-abb6-3dd810dd8b23"

/* A variable's value without the attributes. ES_MISSING; ES_TOO_LARGE: over ES_EFI_VARIABLE_MAX. The caller owns
 * *ret. */
enum { ES_EFI_VARIABLE_MAX = 1 << 20 };
ES_MUST_CHECK enum es_reason es_efi_variable(const char *efivars, const char *name, const char *guid,
					     struct es_buf *ret);

/* Whether the variable exists and its value is a single byte, 1. */
bool es_efi_variable_is_one(const char *efivars, const char *name, const char *guid);

/* Modes of the firmware in which it starts any program (SetupMode, AuditMode), also where SecureBoot is 1. */
struct es_secure_boot_modes {
	bool setup, audit;
};
struct es_secure_boot_modes es_secure_boot_modes(const char *efivars);

/* The lists by which the firmware and shim accept or refuse programs: EFI_SIGNATURE_LISTs. */
struct es_secure_boot_lists {
	bool have_db, have_mok; /* could be read; without dbx or MokListXRT nothing is forbidden */
	struct es_buf db, dbx, mok, mokx;
	bool ignores_db; /* shim is configured to ignore db (MokIgnoreDB) */
};
/* Shim splits a list that is too large for one variable: MokListRT, MokListRT1, … are read as one. */
void es_secure_boot_lists_read(const char *efivars, struct es_secure_boot_lists *ret);
void es_secure_boot_lists_free(struct es_secure_boot_lists *lists);

/* What shim has been asked to do at the next boot, in words for an administrator: "MokNew (enrol a key)". Empty:
 * nothing. */
enum { ES_SHIM_REQUESTS_TEXT = 256 };
struct es_shim_requests {
	/* requests for which it first starts its key manager, a different program */
	char manager[ES_SHIM_REQUESTS_TEXT];
	bool sbat; /* its SbatLevel may change, which is measured into PCR 7 */
};
void es_shim_requests_read(const char *efivars, struct es_shim_requests *ret);

#endif
