#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The owner typed their recovery key under a name in other letters; any user of the booted host reads /proc/cmdline.
# WITHOUT=KEY_FORM
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start

typed() { # machine
	fixture tpm "$1"
	act_recovery "$1" typed EncryptionRecoveryKey "$(cat "$1/recovery-key")" || :
}

typed "$SCRATCH/with" &
(without KEY_FORM && typed "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots/typed without=$SCRATCH/without/boots/typed
attack F1 "a recovery key typed under a name in other letters is read in /proc/cmdline (boot)" "the key's form"
held "it opens" says "$with" opened-by recovery
held "no key in /proc/cmdline" says "$with" key-in-cmdline 0
held "nor in the TCG event log" says "$with" key-in-event-log 0
succeeds "the key is in /proc/cmdline" says "$without" key-in-cmdline 1
attack_end
