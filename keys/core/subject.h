/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose file it is that can't be used. A reader returns that something is missing, damaged or too large; what its owner
 * can do about that depends on whose it is. The words of ES_FORMAT, ES_TOO_LARGE, ES_VERSION and ES_BAD_TAG are for
 * etcseal's own files: a caller that reports another file translates the reason here first.
 */
#ifndef ES_CORE_SUBJECT_H
#define ES_CORE_SUBJECT_H

#include "keys/core/reason.h"

enum es_subject {
	ES_OF_LOG,      /* the firmware's event log */
	ES_OF_FIRMWARE, /* its EFI variables and SMBIOS tables */
	ES_OF_KEY_FILE, /* a key or certificate of the user's */
	ES_OF_POLICY,   /* the signed policy that comes with an image, and its vendor's key */
	ES_OF_FILE,     /* any other file that the user named */
	ES_SUBJECTS
};

/* The reason specific to that subject, where there is one; otherwise reason unchanged. */
enum es_reason es_reason_of(enum es_subject subject, enum es_reason reason);

#endif
