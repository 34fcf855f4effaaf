#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An old copy of both banks is put back: the TPM's counter knows better.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
banks_copy "$SCRATCH/m" "$SCRATCH/old"
job_make "$SCRATCH/job" backup
machine_boot "$SCRATCH/m" backup "job=$SCRATCH/job" || :
banks_restore "$SCRATCH/m" "$SCRATCH/old"
machine_copy "$SCRATCH/m" "$SCRATCH/recovered"
act_look "$SCRATCH/m" old || :
act_recovery "$SCRATCH/recovered" recovery encryptionRecoveryKey "$(cat "$SCRATCH/m/recovery-key")" || :
a=$SCRATCH/m/boots/backup b=$SCRATCH/m/boots/old r=$SCRATCH/recovered/boots/recovery

check "before, it opens by the TPM (the control)" says "$a" opened-by tpm
check "a further backup succeeds" says "$a" backup-exit 0
check "the old banks stay shut" stays_shut "$b"
check "with the exit code of a rollback" says "$b" unlock-exit 5
check "and the cause is named, with both numbers" shows "$b" 'generation 2, the TPM.s counter stands at 3|generation [0-9]+, the TPM.s counter stands at [0-9]+'
check "the recovery key opens them" says "$r" opened-by recovery
