/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encryption.info: pretty-printed JSON, then one line "mac <64 hex>", HMAC-SHA256 over every byte before that line.
 * FORMAT.md, "encryption.info", describes the fields. Unknown fields are kept; an unknown version, type or KDF is
 * ES_VERSION. It is parsed before its MAC can be checked, and untrusted until es_info_verify, so every count and length
 * is capped.
 */
#ifndef ES_STORE_INFO_H
#define ES_STORE_INFO_H

#include "keys/core/buf.h"
#include "keys/core/labels.h"
#include "keys/core/pcr.h"
#include "keys/core/secret.h"
#include "keys/crypto/wrap.h"

enum es_mode { ES_MODE_TPM, ES_MODE_KDF, ES_MODE_COUNT };
extern const char *const es_mode_names[ES_MODE_COUNT]; /* "tpm" "kdf" */

enum es_protector_type { ES_PROTECTOR_TPM, ES_PROTECTOR_KDF, ES_PROTECTOR_RECOVERY, ES_PROTECTOR_TYPES };

enum {
	ES_PROTECTORS_MAX = 16,
	ES_PREDECESSORS_MAX = 4,
	ES_UUID_TEXT = 37,        /* 36 characters and a NUL, lower case, no braces */
	ES_RECOVERY_ID_TEXT = 39, /* {UPPER-CASE GUID} and a NUL */
	ES_TIME_TEXT = 21,        /* 2026-11-21T18:14:32Z and a NUL */
	ES_PROTECTOR_FOR_MAX = 128,
};

struct es_protector {
	enum es_protector_type type;
	char id[ES_RECOVERY_ID_TEXT]; /* UUID, or {GUID} for a recovery protector */
	struct es_buf wrapped;        /* the config key */

	struct {                                    /* type tpm */
		char purpose[ES_PROTECTOR_FOR_MAX]; /* "for": "this boot", … */
		struct es_buf srk, public_part, private_part;
		es_pcr_mask pcrs;
		struct es_pcr_values expected;
		bool is_signed;                   /* has "signed": opens with PolicyAuthorize; otherwise literal */
		struct {                          /* if is_signed */
			es_pcr_mask pcrs;         /* PCRs that the vendor signs for: PCR 11 */
			struct es_buf public_key; /* PEM */
			bool has_counter;         /* of generations: ES_GENERATION_INDEX */
			struct {                  /* what this TPM has already done, to save commands during boot */
				struct es_digest policy;
				struct es_buf
				    ticket; /* for that policy's signature (keys/tpm/authorize.h); empty: none */
				uint64_t generation; /* the counter is at least this; 0: not known */
			} checked;
		} vendor;
	} tpm;
	struct { /* type kdf */
		uint64_t n;
		uint32_t r, p;
		struct es_buf salt, input;
		bool bound_to_product_uuid; /* bound_to has "dmi-product-uuid"; anything else in it is ES_VERSION */
	} kdf;
	struct { /* type recovery */
		char created[ES_TIME_TEXT];
		char verified[ES_TIME_TEXT];     /* "" for null */
		char acknowledged[ES_TIME_TEXT]; /* "" for null */
		struct es_buf salt, escrow;
	} recovery;
	void *json; /* the object it was read from, with unknown fields; NULL: a new one; for keys/store only */
};

struct es_info {
	char host[ES_UUID_TEXT];
	uint64_t generation;
	uint64_t revision; /* counts commits in a generation that didn't move the TPM's counter; 0 if absent */
	enum es_mode mode;
	bool require_secure_boot, require_exec_installed_only;
	uint8_t key_id[ES_KEY_ID_LEN];
	struct es_digest archive_sha256;
	uint64_t archive_size;
	struct es_digest log_sha256;
	/* Earlier keys, to which a boot image may still be pinned (FORMAT.md, "Predecessors"). */
	unsigned predecessor_count;
	uint8_t predecessor[ES_PREDECESSORS_MAX][ES_WRAPPED_LEN];
	unsigned protector_count;
	struct es_protector *protectors[ES_PROTECTORS_MAX];
	void *json; /* as in struct es_protector */
};

/* The caller owns *ret; es_info_free also frees the protectors. */
ES_MUST_CHECK enum es_reason es_info_new(struct es_info **ret);
void es_info_free(struct es_info *info);
void es_info_freep(struct es_info **info);
#define ES_INFO ES_SCOPED(es_info_freep) struct es_info *

/* Adds a new, empty protector at the end. ES_TOO_LARGE: there are already ES_PROTECTORS_MAX. info owns it. */
ES_MUST_CHECK enum es_reason es_info_add(struct es_info *info, enum es_protector_type type, struct es_protector **ret);
/* Removes and frees the protector at index. */
void es_info_remove(struct es_info *info, unsigned index);
/* Removes every protector for which match returns true; arg is passed on. */
typedef bool es_protector_match(const struct es_protector *p, const void *arg);
void es_info_remove_if(struct es_info *info, es_protector_match *match, const void *arg);
/* Removes all protectors of that type. */
void es_info_remove_type(struct es_info *info, enum es_protector_type type);
/* The first protector of that type, or NULL. */
struct es_protector *es_info_find(struct es_info *info, enum es_protector_type type);

/* Parses. Checks that there is a well-formed MAC line, but not the MAC. ret_detail (ES_DETAIL_TEXT bytes, or NULL) says
 * what was wrong and where, for a message: "protectors[1].salt: not base64"; "" if nothing was. */
enum { ES_DETAIL_TEXT = 128 };
ES_MUST_CHECK enum es_reason es_info_parse(struct es_span bytes, struct es_info **ret, char *ret_detail);

/* mac_key is HKDF(config key, ES_LABEL_INFO_MAC). ES_TAMPERED_INFO unless the bytes are exactly those that were
 * written. */
ES_MUST_CHECK enum es_reason es_info_verify(struct es_span bytes, const struct es_secret *mac_key);

/* The file's bytes, including the MAC. The caller owns *ret. ES_TOO_LARGE: over ES_INFO_MAX. ES_ARGUMENT: es_info_parse
 * would refuse it; an unreadable file is never written. */
ES_MUST_CHECK enum es_reason es_info_write(const struct es_info *info, const struct es_secret *mac_key,
					   struct es_buf *ret);

#endif
