/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware and stub measure in a machine's boot. Private to machine.c. */
#ifndef ES_TESTLIB_MACHINE_MEASURES_H
#define ES_TESTLIB_MACHINE_MEASURES_H

#include "keys/tests/lib/machine.h"

/* Measures into the TPM and the event log; writes the image to the boot partition, and the kernel's options and the
 * UUID to their files. */
void machine_measure(struct machine *m, const struct machine_boot *b);

#endif
