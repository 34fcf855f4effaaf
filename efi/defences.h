/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stub's own defences, and what takes each of them away. As keys/core/defences.h, whose SECTION_CHECKS and WIPE reach the
 * stub too; see there.
 *
 *   ES_TEST_WITHOUT_OPTIONS_MEASURING   main.c      options from outside aren't measured
 *   ES_TEST_WITHOUT_MEASURE_CHECK       measure.c   a measurement that fails is shrugged off
 *   ES_TEST_WITHOUT_OPTIONS_DROP        main.c      options from outside are used with Secure Boot too
 *   ES_TEST_WITHOUT_INITRD_GUARD        initrd.c    an initrd that somebody registered before is left to the kernel
 *   ES_TEST_WITHOUT_FIRMWARE_MEASURING  firmware_options.c   what firmware hands over as options isn't measured
 *   ES_TEST_WITHOUT_RETURN_POISON       measure.c   the stub goes back to the firmware with the PCRs as its image leaves them
 */
#ifndef ES_EFI_DEFENCES_H
#define ES_EFI_DEFENCES_H

#include "keys/core/defences.h"

#ifdef ES_TEST_WITHOUT_OPTIONS_MEASURING
enum { ES_WITH_OPTIONS_MEASURING = 0 };
ES_WITHOUT_MARKER("OPTIONS_MEASURING");
#else
enum { ES_WITH_OPTIONS_MEASURING = 1 };
#endif

#ifdef ES_TEST_WITHOUT_MEASURE_CHECK
enum { ES_WITH_MEASURE_CHECK = 0 };
ES_WITHOUT_MARKER("MEASURE_CHECK");
#else
enum { ES_WITH_MEASURE_CHECK = 1 };
#endif

#ifdef ES_TEST_WITHOUT_OPTIONS_DROP
enum { ES_WITH_OPTIONS_DROP = 0 };
ES_WITHOUT_MARKER("OPTIONS_DROP");
#else
enum { ES_WITH_OPTIONS_DROP = 1 };
#endif

#ifdef ES_TEST_WITHOUT_INITRD_GUARD
enum { ES_WITH_INITRD_GUARD = 0 };
ES_WITHOUT_MARKER("INITRD_GUARD");
#else
enum { ES_WITH_INITRD_GUARD = 1 };
#endif

#ifdef ES_TEST_WITHOUT_FIRMWARE_MEASURING
enum { ES_WITH_FIRMWARE_MEASURING = 0 };
ES_WITHOUT_MARKER("FIRMWARE_MEASURING");
#else
enum { ES_WITH_FIRMWARE_MEASURING = 1 };
#endif

#ifdef ES_TEST_WITHOUT_RETURN_POISON
enum { ES_WITH_RETURN_POISON = 0 };
ES_WITHOUT_MARKER("RETURN_POISON");
#else
enum { ES_WITH_RETURN_POISON = 1 };
#endif

#endif
