/* SPDX-License-Identifier: Apache-2.0 */
/* The stub's own defences; see keys/core/defences.h, whose SECTION_CHECKS, WIPE and KEY_FORM reach the stub too. */
#ifndef ES_EFI_DEFENCES_H
#define ES_EFI_DEFENCES_H

#include "keys/core/defences.h"

/* clang-format off */
ES_DEFENCE(OPTIONS_MEASURING);  /* main.c: options from outside aren't measured */
ES_DEFENCE(MEASURE_CHECK);      /* measure.c: a failed measurement is ignored */
ES_DEFENCE(OPTIONS_DROP);       /* main.c: options from outside are used with Secure Boot too */
ES_DEFENCE(INITRD_GUARD);       /* initrd.c: an initrd registered earlier by another program is left to the kernel */
ES_DEFENCE(FIRMWARE_MEASURING); /* firmware_options.c: the options that firmware gives the system aren't measured */
ES_DEFENCE(RETURN_POISON);      /* measure.c: the stub returns to the firmware with the PCRs of its image unchanged */
/* clang-format on */

#endif
