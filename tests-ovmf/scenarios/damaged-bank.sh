#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A bank is damaged: the other one opens, and the damaged one is named. Both damaged: shut, with the reason, and nothing lost.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/info"
machine_copy "$SCRATCH/info" "$SCRATCH/archive"
machine_copy "$SCRATCH/info" "$SCRATCH/both"
bank_cut "$SCRATCH/info" 0 encryption.info
bank_garbage "$SCRATCH/archive" 0 config.cms
bank_cut "$SCRATCH/both" 0 config.cms
bank_garbage "$SCRATCH/both" 1 encryption.info
banks_copy "$SCRATCH/both" "$SCRATCH/before"
for m in info archive both; do
	act_look "$SCRATCH/$m" damaged || :
done
banks_copy "$SCRATCH/both" "$SCRATCH/after"
info=$SCRATCH/info/boots/damaged archive=$SCRATCH/archive/boots/damaged both=$SCRATCH/both/boots/damaged

check "encryption.info cut in half: the other bank opens" says "$info" opened-by tpm
check "the console names the damaged bank, and what to do" \
	shows "$info" 'bank0 is damaged \(encryption\.info: .*so bank1 is used\. .etcseal backup. rewrites bank0'
check "its file is there" says "$info" file "psk=correct horse battery staple"
check "status names the damaged bank" grep -q 'bank0 is damaged: encryption\.info' "$info/out/status.json"
check "garbage for an archive: the other bank opens" says "$archive" opened-by tpm
check "the console names the damaged archive" shows "$archive" 'bank0 is damaged \(config\.cms: '
check "status names the damaged archive" grep -q 'bank0 is damaged: config\.cms' "$archive/out/status.json"
check "both damaged: the host stays shut" stays_shut "$both"
check "with the exit code of tampering" says "$both" unlock-exit 5
check "the message says that none is intact" shows "$both" 'no bank on the boot partition is intact'
check "and what is wrong with one" shows "$both" 'bank[01]: (encryption\.info|config\.cms)'
check "nothing is overwritten" diff -r "$SCRATCH/before" "$SCRATCH/after"
