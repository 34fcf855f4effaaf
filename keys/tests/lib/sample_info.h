/* SPDX-License-Identifier: Apache-2.0 */
/* A valid encryption.info of each mode, for tests to break in one place at a time. A failure ends the test. */
#ifndef ES_TESTLIB_SAMPLE_INFO_H
#define ES_TESTLIB_SAMPLE_INFO_H

#include "keys/core/buf.h"
#include "keys/store/info.h"

#define SAMPLE_HOST        "0190b8f4-0000-4000-8000-00000000aaaa"
#define SAMPLE_TPM_ID      "0190b8f4-0000-4000-8000-000000000001"
#define SAMPLE_KDF_ID      "0190b8f4-0000-4000-8000-000000000002"
#define SAMPLE_RECOVERY_ID "{0190B8F4-0000-4000-8000-000000000003}"
#define SAMPLE_TIME        "2026-11-21T18:14:32Z"
#define SAMPLE_MAC_KEY_HEX "4d41434b45594d41434b45594d41434b45594d41434b45594d41434b45594d41"

struct es_secret *sample_mac_key(void); /* the caller frees */

/* Protectors: tpm and recovery, or kdf and recovery; for these archive and log. The caller frees it. */
struct es_info *sample_info(enum es_mode mode, uint64_t generation, struct es_span archive, struct es_span log);
/* The same as a file, with its MAC. The caller frees it. */
struct es_buf sample_info_file(enum es_mode mode, uint64_t generation, struct es_span archive, struct es_span log);

/* The file of that mode with the first `from` replaced by `to`, and a matching MAC. The test fails if there is no such
 * text. The caller frees it. */
struct es_buf sample_info_edited(enum es_mode mode, const char *from, const char *to);
/* Any text as the JSON part, with a matching MAC. The caller frees it. */
struct es_buf sample_info_sealed(const char *json);

#endif
