#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Boot options from outside the image: measured into PCR 12, so that the key stays shut.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
machine_copy "$SCRATCH/m" "$SCRATCH/control"
act_look "$SCRATCH/m" shell "options=$CMDLINE init=/bin/sh" || :
act_look "$SCRATCH/control" control || :
b=$SCRATCH/m/boots/shell c=$SCRATCH/control/boots/control

check "without them it opens (the control)" says "$c" opened-by tpm
check "init=/bin/sh: the key stays shut" stays_shut "$b"
check "PCR 12 is named" shows "$b" 'PCR 12 '
check "with the exit code of a locked host" says "$b" unlock-exit 4
