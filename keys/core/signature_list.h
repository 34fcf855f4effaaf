/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EFI_SIGNATURE_LIST: the content of Secure Boot's variables db and dbx, and of shim's MokListRT and MokListXRT.
 * Untrusted input. UEFI specification, "Signature Database". Pure.
 */
#ifndef ES_CORE_SIGNATURE_LIST_H
#define ES_CORE_SIGNATURE_LIST_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

enum { ES_SIGNATURE_OWNER = 16 }; /* a GUID, before each entry's data */

enum es_signature_kind {
	ES_SIGNATURE_OTHER,
	ES_SIGNATURE_X509,       /* a certificate, DER */
	ES_SIGNATURE_SHA256,     /* an image's Authenticode SHA-256 */
	ES_SIGNATURE_TBS_SHA256, /* of a certificate's to-be-signed part; a time of 16 bytes follows it */
	ES_SIGNATURE_TBS_SHA384,
	ES_SIGNATURE_TBS_SHA512,
};

struct es_signature {
	enum es_signature_kind kind;
	struct es_span entry; /* the whole entry, as an EV_EFI_VARIABLE_AUTHORITY event has it: owner, data */
	struct es_span data;
};

struct es_signature_list {
	struct es_reader lists;   /* all lists of the variable */
	struct es_reader entries; /* the entries of the current list */
	enum es_signature_kind kind;
	size_t entry_len;
};

void es_signature_list_open(struct es_span variable, struct es_signature_list *ret);

/* The next entry, across all lists of the variable. ES_MISSING at the end, ES_FORMAT where the variable is cut
 * short. */
ES_MUST_CHECK enum es_reason es_signature_list_next(struct es_signature_list *list, struct es_signature *ret);

#endif
