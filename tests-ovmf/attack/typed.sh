#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recovery key, typed at the console: it passes through the kernel's terminal, whose buffers keep the last input.
# WITHOUT=WIPE
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start

typed() { # folder
	fixture tpm "$1"
	image_change "$1" .osrel 5
	job_make "$1/job" look
	dump_boot "$1/recovery-key" typed "$1" typed "job=$1/job"
}

typed "$SCRATCH/with" &
(without WIPE && typed "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots/typed without=$SCRATCH/without/boots/typed

attack 8 "the recovery key typed at the console, in memory (boot)" "wiping"
held "it opens with the recovery key" says "$with" opened-by recovery
held "nothing of it is in memory" found_nowhere "$with"
held "nor on the console" "$OVMF_NORMAL/tests-ovmf/needles" "$SCRATCH/with/recovery-key" "$with/serial.log"
succeeds "it opens as well" says "$without" opened-by recovery
succeeds "the key is in memory" found_somewhere "$without"
attack_end
