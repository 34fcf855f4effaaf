#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The folder of the banks is deleted: does the host start as on first boot, with the accounts of its image? And old
# banks are put back, with the recovery key in the boot options: does the host open them without asking?
# WITHOUT=GONE_CHECK OLD_CONSENT
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start

gone() { # folder
	fixture tpm "$1"
	esp_remove "$1/disk.img" /etcseal
	act_look "$1" gone || :
}

old() { # folder
	fixture tpm "$1"
	banks_copy "$1" "$1-old"
	job_make "$1/job" backup
	machine_boot "$1" later "job=$1/job" || :
	banks_restore "$1" "$1-old"
	job_make "$1/job-old" look
	machine_boot "$1" old "job=$1/job-old" "options=etcseal.recovery=$(cat "$1/recovery-key")" || :
}

(
	gone "$SCRATCH/gone"
	(without GONE_CHECK && gone "$SCRATCH/gone-without")
) &
(
	old "$SCRATCH/old"
	(without OLD_CONSENT && old "$SCRATCH/old-without")
) &
wait
with=$SCRATCH/gone/boots/gone without=$SCRATCH/gone-without/boots/gone

attack A8 "the banks deleted, on a TPM that has counted some (boot)" "the counter asked without a bank"
held "the host doesn't start" stays_shut "$with"
held "it says that there was a configuration" shows "$with" 'this host was configured, but its boot partition has no'
held "and asks its owner" shows "$with" "$CONSOLE_ASKS_NEW"
succeeds "it starts" says "$without" unlock-exit 3
succeeds "with the configuration of its image" says "$without" motd "the configuration that came with the image"

with=$SCRATCH/old/boots without=$SCRATCH/old-without/boots
attack A7 "old banks, and the recovery key at the boot menu (boot)" "consent at the console"
held "it opened before, and counted" says "$with/later" backup-exit 0
held "the old banks stay shut" stays_shut "$with/old"
held "both numbers are named" shows "$with/old" "the archive is generation [0-9]+, the TPM.s counter is at"
held "and its owner is asked" shows "$with/old" "$CONSOLE_ASKS_OLD"
succeeds "it opened before, and counted" says "$without/later" backup-exit 0
succeeds "the old banks open" says "$without/old" opened-by recovery
succeeds "with what was saved then" says "$without/old" motd "the configuration of this very host"
attack_end
