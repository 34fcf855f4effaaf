/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCR arithmetic for the SHA-256 bank: selections, values, extend, and the digests that a TPM computes over them. The
 * caller supplies the hash function (crypto on the host), so that this stays pure. TPM 2.0 Library, Part 1 "PCR", Part
 * 3 "TPM2_PolicyPCR"; Linux TPM PCR registry (UAPI group).
 */
#ifndef ES_CORE_PCR_H
#define ES_CORE_PCR_H

#include "keys/core/span.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	ES_PCR_COUNT = 24,
	ES_SHA256_LEN = 32,

	ES_PCR_DRIVERS = 2,     /* every EFI driver that the firmware loaded, from cards and from any disk (edk2) */
	ES_PCR_BOOT_LOADER = 4, /* every EFI application that the firmware loaded, but no driver */
	ES_PCR_SECURE_BOOT = 7,
	ES_PCR_IMAGE = 11, /* the UKI's sections, then the fence */
	ES_PCR_OPTIONS = 12,
	ES_PCR_BANKS = 13,
};

/* One bit for each PCR: bit n for PCR n. */
typedef uint32_t es_pcr_mask;
#define ES_PCR_BIT(n) ((es_pcr_mask)1 << (n))

struct es_digest {
	uint8_t bytes[ES_SHA256_LEN];
};

struct es_pcr_values {
	es_pcr_mask present;
	struct es_digest value[ES_PCR_COUNT];
};

/* SHA-256 of the parts, in order. False if the hash can't be computed. */
typedef bool es_sha256_fn(const struct es_span *parts, size_t count, struct es_digest *ret);

/* pcr = SHA-256(pcr || digest) */
bool es_pcr_extend(struct es_digest *pcr, const struct es_digest *digest, es_sha256_fn *sha256);
/* As TPM2_PCR_Event or HashLogExtendEvent does: extends with the SHA-256 of data. */
bool es_pcr_event(struct es_digest *pcr, struct es_span data, es_sha256_fn *sha256);
/* Whether all bits are 0 or all are 1: nothing was measured into it. */
bool es_pcr_is_unset(const struct es_digest *pcr);
bool es_digest_equal(const struct es_digest *a, const struct es_digest *b);
/* The PCRs in mask whose values differ, or that aren't present in both. */
es_pcr_mask es_pcr_differ(const struct es_pcr_values *a, const struct es_pcr_values *b, es_pcr_mask mask);

/* What a PCR holds, in a few words for a message: "the image's sections (kernel, initrd, options)". */
const char *es_pcr_meaning(unsigned pcr);

#endif
