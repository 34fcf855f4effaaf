#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The newest bank is damaged, the older one is whole but, as the TPM's counter knows, out of date.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
newest=$(bank_newest "$SCRATCH/m")
bank_cut "$SCRATCH/m" "$newest" encryption.info
machine_copy "$SCRATCH/m" "$SCRATCH/recovered"
banks_copy "$SCRATCH/m" "$SCRATCH/before"
act_look "$SCRATCH/m" damaged || :
act_recovery "$SCRATCH/recovered" recovery etcseal.recovery "$(cat "$SCRATCH/m/recovery-key")" || :
banks_copy "$SCRATCH/m" "$SCRATCH/after"
b=$SCRATCH/m/boots/damaged r=$SCRATCH/recovered/boots/recovery

check "the older bank doesn't open by itself" stays_shut "$b"
check "since it is older than the TPM's counter" shows "$b" 'older than the newest that the TPM knows of'
check "the damaged bank is named" shows "$b" "bank$newest: encryption.info"
check "nothing is overwritten" diff -r "$SCRATCH/before" "$SCRATCH/after"
check "the recovery key opens the older bank" says "$r" opened-by recovery
check "which is from before the last backup" says "$r" file missing
