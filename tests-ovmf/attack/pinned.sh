#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The attacker's configuration on the disk of a host whose boot image is pinned to its key, opened at the console with
# the attacker's recovery key: does the host come up with it?
# WITHOUT=PINS
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
. "$OVMF/lib/pinned.sh"
attack_start

planted() { # folder
	fixture tpm "$1"
	act_pin "$1" pin || :
	banks_restore "$1" "$SCRATCH/theirs"
	job_make "$1/job" look
	machine_start "$1" planted "job=$1/job" "image=$PINNED"
	! machine_sees "$CONSOLE_ASKS" 120 || machine_type "$(cat "$SCRATCH/attacker/recovery-key")"
	! machine_sees "$CONSOLE_ASKS_OLD|nothing was opened" 60 || machine_type OLD
	machine_end || :
}

fixture kdf "$SCRATCH/attacker"
banks_copy "$SCRATCH/attacker" "$SCRATCH/theirs"
planted "$SCRATCH/with" &
(without PINS && planted "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots without=$SCRATCH/without/boots

attack A13 "an archive of the attacker's, on a host whose image is pinned (boot)" "etcseal.key-id= and etcseal.host="
held "the image is built and sealed to" says "$with/pin" check-exit 0
held "the attacker's tree doesn't come up" stays_shut "$with/planted"
held "and the message says which key the image accepts" shows "$with/planted" 'the image accepts'
succeeds "the image is built and sealed to" says "$without/pin" check-exit 0
succeeds "the attacker's tree comes up" says "$without/planted" opened-by recovery
attack_end
