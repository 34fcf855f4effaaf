/* SPDX-License-Identifier: Apache-2.0 */
/* A boot record with something in every field. */
#ifndef ES_TESTLIB_SAMPLE_BOOT_H
#define ES_TESTLIB_SAMPLE_BOOT_H

#include "keys/store/boot_record.h"

#define SAMPLE_PARTITION "0190b8f4-1111-4222-8333-00000000bbbb"

struct es_handover sample_handover(void);
struct es_boot_record sample_boot(void);

#endif
