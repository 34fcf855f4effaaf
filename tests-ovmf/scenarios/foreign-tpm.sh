#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A bank in mode TPM on a machine whose TPM is empty, or missing: the cause is named, and nothing falls back to mode
# KDF.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/empty"
machine_copy "$SCRATCH/empty" "$SCRATCH/gone"
rm -r "$SCRATCH/empty/tpm" "$SCRATCH/gone/tpm"
tpm_make "$SCRATCH/empty/tpm"
act_look "$SCRATCH/empty" boot || :
act_look "$SCRATCH/gone" boot || :
e=$SCRATCH/empty/boots/boot g=$SCRATCH/gone/boots/boot

check "an empty TPM: shut" stays_shut "$e"
check "with the exit code of a TPM error" says "$e" unlock-exit 6
check "reported as a TPM that was cleared" shows "$e" 'TPM was cleared'
check "no TPM: shut" stays_shut "$g"
check "with the same exit code" says "$g" unlock-exit 6
check "reported as a missing TPM" shows "$g" 'there is no TPM'
