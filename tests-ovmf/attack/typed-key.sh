#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The owner typed their recovery key under a name with different case; any user of the booted host can read
# /proc/cmdline.
# WITHOUT=KEY_FORM
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start

# Asked at the console, because the option wasn't known, they type it once more.
typed() { # machine
	local key
	fixture tpm "$1"
	key=$(cat "$1/recovery-key")
	job_make "$1/job" search
	recovery_needles "$key" >"$1/job/needles"
	machine_start "$1" typed "job=$1/job" "options=$CMDLINE EncryptionRecoveryKey=$key"
	if machine_sees "$CONSOLE_ASKS|@@ (root-reached|init-failed|image-refused)=" "$BOOT_BOUND" &&
		! grep -qaE '@@ (root-reached|init-failed|image-refused)=' "$BOOT/serial.log"; then
		machine_type "$key"
	fi
	machine_end || :
}

typed "$SCRATCH/with" &
(without KEY_FORM && typed "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots/typed without=$SCRATCH/without/boots/typed
attack F1 "a recovery key typed under a name with different case is read in /proc/cmdline (boot)" "the key's form"
held "it opens" says "$with" opened-by recovery
held "the kernel got the rest of what was typed, and no more" says "$with" cmdline "$CMDLINE"
held "no key in /proc/cmdline" says "$with" key-in-cmdline 0
held "nor in the TCG event log" says "$with" key-in-event-log 0
succeeds "the key is in /proc/cmdline" says "$without" key-in-cmdline 1
attack_end
