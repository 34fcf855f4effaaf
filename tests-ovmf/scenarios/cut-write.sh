#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The power was cut while a bank was written, or between the bank and the TPM's counter: the host opens, and catches up.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
bank_cut "$SCRATCH/m" 1 config.cms
esp_remove "$SCRATCH/m/disk.img" /etcseal/bank1/encryption.info
cp -r "$SCRATCH/m/tpm" "$SCRATCH/tpm-before"
generation=$(bank_generation "$SCRATCH/m" 0)
job_make "$SCRATCH/job" backup
machine_boot "$SCRATCH/m" half "job=$SCRATCH/job" || :
a=$SCRATCH/m/boots/half
# The disk after the backup, the TPM before it: as if the power had been cut between the two.
rm -r "$SCRATCH/m/tpm"
cp -r "$SCRATCH/tpm-before" "$SCRATCH/m/tpm"
act_look "$SCRATCH/m" uncounted || :
b=$SCRATCH/m/boots/uncounted

check "half a bank written: the other one opens" says "$a" opened-by tpm
check "the file is there" says "$a" file "psk=correct horse battery staple"
check "the next backup succeeds" says "$a" backup-exit 0
check "and completes the half bank" test -s "$a/out/banks-after/bank1/encryption.info"
check "init on a configured host is refused" says "$a" init-again-exit 1
check "written but not counted: the newer generation opens" says "$b" opened-by tpm
check "with what was saved last" shows "$b" "generation $((generation + 1)),"
check "the counter catches up" grep -q "\"counter\": $((generation + 1))" "$b/out/status.json"
