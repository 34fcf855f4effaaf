/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The defences of this layer, and what takes each of them away: for the tests that show that an attack succeeds without
 * it (keys/tpm/tests/test-without-*.c compile the file in question once more). Never set in a build of ours. Private to
 * keys/tpm. What the facade has to know of too is in keys/core/defences.h.
 *
 *   ES_TEST_WITHOUT_PARAM_ENCRYPTION    session.c   sessions encrypt no parameter: the bus shows the secret
 *   ES_TEST_WITHOUT_RESPONSE_HMAC       session.c   PCR_Read, NV_Read and the fence go without a session
 *   ES_TEST_WITHOUT_SRK_PIN             srk.c       whatever key the TPM has at the handle is taken for ours
 *   ES_TEST_WITHOUT_UNSET_PCR_REFUSAL   object.c    seals to PCRs that nothing was measured into
 *   ES_TEST_WITHOUT_NODA                template.c  SRK and sealed objects can be locked out by wrong passwords
 *   ES_TEST_WITHOUT_VENDOR_KEY          authorize.c the seal is to PCR 7 and 12, whoever signed for the image
 *   ES_TEST_WITHOUT_SCRUB               scrub.c     what tpm2-tss keeps of a secret stays in memory
 */
#ifndef ES_TPM_DEFENCES_H
#define ES_TPM_DEFENCES_H

#include "keys/core/defences.h"

#ifdef ES_TEST_WITHOUT_PARAM_ENCRYPTION
enum { ES_WITH_PARAM_ENCRYPTION = 0 };
#else
enum { ES_WITH_PARAM_ENCRYPTION = 1 };
#endif

#ifdef ES_TEST_WITHOUT_RESPONSE_HMAC
enum { ES_WITH_RESPONSE_HMAC = 0 };
#else
enum { ES_WITH_RESPONSE_HMAC = 1 };
#endif

#ifdef ES_TEST_WITHOUT_SRK_PIN
enum { ES_WITH_SRK_PIN = 0 };
#else
enum { ES_WITH_SRK_PIN = 1 };
#endif

#ifdef ES_TEST_WITHOUT_UNSET_PCR_REFUSAL
enum { ES_WITH_UNSET_PCR_REFUSAL = 0 };
#else
enum { ES_WITH_UNSET_PCR_REFUSAL = 1 };
#endif

#ifdef ES_TEST_WITHOUT_SCRUB
enum { ES_WITH_SCRUB = 0 };
#else
enum { ES_WITH_SCRUB = 1 };
#endif

#ifdef ES_TEST_WITHOUT_NODA
enum { ES_WITH_NODA = 0 };
#else
enum { ES_WITH_NODA = 1 };
#endif

#ifdef ES_TEST_WITHOUT_VENDOR_KEY
enum { ES_WITH_VENDOR_KEY = 0 };
#else
enum { ES_WITH_VENDOR_KEY = 1 };
#endif

#endif
