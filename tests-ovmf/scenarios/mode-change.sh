#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host in mode KDF gets a TPM: it still opens, `set --mode=tpm` seals it, and from then on its old KDF banks are
# refused.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture kdf "$SCRATCH/m"
banks_copy "$SCRATCH/m" "$SCRATCH/old"
tpm_make "$SCRATCH/m/tpm"
job_make "$SCRATCH/job" set-tpm
machine_boot "$SCRATCH/m" change "job=$SCRATCH/job" || :
act_look "$SCRATCH/m" sealed || :
machine_copy "$SCRATCH/m" "$SCRATCH/planted"
banks_restore "$SCRATCH/planted" "$SCRATCH/old"
act_look "$SCRATCH/planted" planted || :
change=$SCRATCH/m/boots/change sealed=$SCRATCH/m/boots/sealed planted=$SCRATCH/planted/boots/planted

check "with a new TPM the host still opens by the KDF" says "$change" opened-by kdf
check "set --mode=tpm succeeds" says "$change" set-exit 0
check "the mode is TPM" says "$change" mode-now TPM
check "the next boot opens by the TPM" says "$sealed" opened-by tpm
check "the file is there" says "$sealed" file "psk=correct horse battery staple"
check "an old KDF bank, put back, stays shut" stays_shut "$planted"
check "with the exit code of tampering" says "$planted" unlock-exit 5
check "and the cause is named" shows "$planted" 'kdf configuration, but the host was sealed to its TPM'
