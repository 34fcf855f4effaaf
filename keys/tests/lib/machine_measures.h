/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware and stub measure in a machine's boot. Private to the machine. */
#ifndef ES_TESTLIB_MACHINE_MEASURES_H
#define ES_TESTLIB_MACHINE_MEASURES_H

#include "keys/tests/lib/machine.h"

/* Into the TPM, and the event log; the image goes onto the boot partition, the kernel's options and the UUID into their files. */
void machine_measure(struct machine *m, const struct machine_boot *b);

#endif
