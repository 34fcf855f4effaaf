#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The power was cut while a bank was written: the other one opens by the TPM.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
older=$((1 - $(bank_newest "$SCRATCH/m")))
bank_cut "$SCRATCH/m" $older config.cms
act_look "$SCRATCH/m" cut || :
b=$SCRATCH/m/boots/cut
esp_remove "$SCRATCH/m/disk.img" "/etcseal/bank$older/encryption.info"
job_make "$SCRATCH/job" backup
machine_boot "$SCRATCH/m" backup "job=$SCRATCH/job" || :
c=$SCRATCH/m/boots/backup

check "half an archive in the older bank: the newer one opens" says "$b" opened-by tpm
check "the file is there" says "$b" file "psk=correct horse battery staple"
check "no encryption.info in the older bank: the newer one opens" says "$c" opened-by tpm
check "the next backup succeeds" says "$c" backup-exit 0
check "and makes the half bank whole" test -s "$c/out/banks-after/bank$older/encryption.info"
check "init on a configured host is refused" says "$c" init-again-exit 1
