#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Damage where no TPM counts generations: the other bank opens; with both damaged nothing does, and nothing is lost.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture kdf "$SCRATCH/info"
newest=$(bank_newest "$SCRATCH/info")
machine_copy "$SCRATCH/info" "$SCRATCH/archive"
machine_copy "$SCRATCH/info" "$SCRATCH/both"
bank_cut "$SCRATCH/info" "$newest" encryption.info
bank_garbage "$SCRATCH/archive" "$newest" config.cms
bank_cut "$SCRATCH/both" 0 config.cms
bank_garbage "$SCRATCH/both" 1 encryption.info
banks_copy "$SCRATCH/both" "$SCRATCH/before"
for m in info archive both; do
	act_look "$SCRATCH/$m" damaged || :
done
banks_copy "$SCRATCH/both" "$SCRATCH/after"
info=$SCRATCH/info/boots/damaged archive=$SCRATCH/archive/boots/damaged both=$SCRATCH/both/boots/damaged

check "encryption.info cut in half: the other bank opens" says "$info" opened-by kdf
check "the damaged bank is named" shows "$info" "bank$newest: encryption.info"
check "garbage for an archive: the other bank opens" says "$archive" opened-by kdf
check "the damaged archive is named" shows "$archive" "bank$newest: config.cms"
check "both damaged: the host stays shut" stays_shut "$both"
check "with the exit code of tampering" says "$both" unlock-exit 5
check "and says that none is whole, and which is why" shows "$both" 'bank[01]: (encryption.info|config.cms)'
check "nothing is overwritten" diff -r "$SCRATCH/before" "$SCRATCH/after"
