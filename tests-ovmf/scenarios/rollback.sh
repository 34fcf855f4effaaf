#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Old copies are put back, of both banks, or of the one that is left when the other is damaged: the TPM's counter
# reveals it.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
old=$(bank_generation "$SCRATCH/m" 0)
banks_copy "$SCRATCH/m" "$SCRATCH/old"
job_make "$SCRATCH/job" backup
machine_boot "$SCRATCH/m" backup "job=$SCRATCH/job" || :
machine_copy "$SCRATCH/m" "$SCRATCH/one"
esp_put "$SCRATCH/one/disk.img" "$SCRATCH/old/bank1/encryption.info" /etcseal/bank1/encryption.info
esp_put "$SCRATCH/one/disk.img" "$SCRATCH/old/bank1/config.cms" /etcseal/bank1/config.cms
esp_put "$SCRATCH/one/disk.img" "$SCRATCH/old/bank1/measured.log" /etcseal/bank1/measured.log
machine_copy "$SCRATCH/one" "$SCRATCH/left"
bank_cut "$SCRATCH/left" 0 encryption.info
banks_restore "$SCRATCH/m" "$SCRATCH/old"
machine_copy "$SCRATCH/m" "$SCRATCH/recovered"
act_look "$SCRATCH/m" old || :
act_look "$SCRATCH/one" old || :
act_look "$SCRATCH/left" old || :
machine_copy "$SCRATCH/recovered" "$SCRATCH/unasked"
act_recovery "$SCRATCH/unasked" recovery encryptionRecoveryKey "$(cat "$SCRATCH/m/recovery-key")" || :
job_make "$SCRATCH/job-look" look
machine_start "$SCRATCH/recovered" recovery "job=$SCRATCH/job-look" \
	"options=encryptionRecoveryKey=$(cat "$SCRATCH/m/recovery-key")"
! machine_sees "$CONSOLE_ASKS_OLD" "$BOOT_BOUND" || machine_type OLD
machine_end || :
a=$SCRATCH/m/boots/backup b=$SCRATCH/m/boots/old r=$SCRATCH/recovered/boots/recovery
unasked=$SCRATCH/unasked/boots/recovery
one=$SCRATCH/one/boots/old left=$SCRATCH/left/boots/old

check "before, it opens by the TPM (the control)" says "$a" opened-by tpm
check "a further backup succeeds" says "$a" backup-exit 0
check "both banks old: shut" stays_shut "$b"
check "with the exit code of a rollback" says "$b" unlock-exit 5
check "and the cause is named, with both numbers" \
	shows "$b" "generation $old, the TPM.s counter is at $((old + 1))"
check "the recovery key alone doesn't open them" stays_shut "$unasked"
check "the recovery key and the owner's consent do" says "$r" opened-by recovery
check "and the console says that it is old" shows "$r" "this configuration is OLD: generation $old, but the TPM has counted $((old + 1))"
check "boot.json too" grep -q '"freshness": "rolled-back"' "$r/out/boot.json"
check "one bank old: the newer one opens" says "$one" motd "the configuration of this very host second thoughts"
check "the newer one damaged, the old one left: shut" stays_shut "$left"
check "with the exit code of a rollback" says "$left" unlock-exit 5
