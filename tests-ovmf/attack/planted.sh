#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The attacker's configuration on the owner's disk, opened at the console with the attacker's recovery key. The programs
# that it runs have the owner's banks, which were copied before.
# WITHOUT=FENCE
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start

planted() { # folder
	fixture tpm "$1"
	attacker_job "$1/job" unseal "$1"
	banks_restore "$1" "$SCRATCH/theirs"
	machine_start "$1" planted "job=$1/job"
	! machine_sees "$CONSOLE_ASKS" 120 || machine_type "$(cat "$SCRATCH/attacker/recovery-key")"
	! machine_sees "$CONSOLE_ASKS_OLD" 60 || machine_type OLD
	machine_end || :
}

fixture kdf "$SCRATCH/attacker"
banks_copy "$SCRATCH/attacker" "$SCRATCH/theirs"
planted "$SCRATCH/with" &
(without FENCE && planted "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots/planted without=$SCRATCH/without/boots/planted

attack 1 "an archive of the attacker's, by their own recovery key (boot)" "fence"
held "it doesn't open automatically, as the TPM has a counter" shows "$with" 'type the recovery key'
held "the attacker's tree comes up" says "$with" opened-by recovery
held "what it runs gets nothing from the TPM" says "$with" unseal "tpm-policy PCR11"
succeeds "the attacker's tree comes up" says "$without" opened-by recovery
succeeds "what it runs has the owner's key" says "$without" unseal key
attack_end
