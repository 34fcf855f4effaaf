/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/subject.h"

/* The reasons that readers of files and formats return. */
enum said { SAID_MISSING, SAID_FORMAT, SAID_TOO_LARGE, SAID_VERSION, SAID_BAD_TAG, SAID_COUNT };

static const enum es_reason told[ES_SUBJECTS][SAID_COUNT] = {
	[ES_OF_LOG] = { ES_LOG_MISSING, ES_LOG_FORMAT, ES_LOG_TOO_LARGE, ES_LOG_KIND, ES_LOG_MISMATCH },
	[ES_OF_FIRMWARE] = { ES_FIRMWARE_UNREADABLE, ES_FIRMWARE_UNREADABLE, ES_FIRMWARE_UNREADABLE,
			     ES_FIRMWARE_UNREADABLE, ES_FIRMWARE_UNREADABLE },
	[ES_OF_KEY_FILE] = { ES_MISSING, ES_KEY_FORMAT, ES_KEY_FORMAT, ES_KEY_KIND, ES_KEY_MISMATCH },
	[ES_OF_POLICY] = { ES_MISSING, ES_POLICY_UNREADABLE, ES_POLICY_UNREADABLE, ES_POLICY_UNREADABLE,
			   ES_IMAGE_SIGNATURE },
	[ES_OF_FILE] = { ES_MISSING, ES_FILE_KIND, ES_FILE_TOO_LARGE, ES_FILE_KIND, ES_FILE_KIND },
};

enum es_reason es_reason_of(enum es_subject subject, enum es_reason reason)
{
	switch (reason) {
	case ES_MISSING:
		return told[subject][SAID_MISSING];
	case ES_FORMAT:
		return told[subject][SAID_FORMAT];
	case ES_TOO_LARGE:
		return told[subject][SAID_TOO_LARGE];
	case ES_VERSION:
		return told[subject][SAID_VERSION];
	case ES_BAD_TAG:
		return told[subject][SAID_BAD_TAG];
	case ES_NOT_MET: /* a key that needs a passphrase */
		return subject == ES_OF_KEY_FILE ? ES_KEY_PASSPHRASE : reason;
	case ES_TPM_NO_SHA256: /* a log without SHA-256 says nothing about the TPM's banks */
		return subject == ES_OF_LOG ? ES_LOG_KIND : reason;
	default:
		return reason;
	}
}
