#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The attacker's firmware program measures the owner's image into PCR 11, as its stub would, and starts the attacker's
# system. Secure Boot isn't required here: PCR 4 shows what the firmware started.
# WITHOUT=LOADER_PCR
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start

replay() { # folder
	fixture tpm "$1"
	evil_put "$1" replay
	esp_put "$1/disk.img" "$KERNEL" /EFI/evil/vmlinuz
	machine_boot "$1" replay 'image=\EFI\evil\replay.efi' || :
}

replay "$SCRATCH/with" &
(without LOADER_PCR && replay "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots/replay without=$SCRATCH/without/boots/replay

attack 3 "a firmware program replays PCR 11, then asks the TPM (boot)" "PCR 4 in the seal"
held "it measures everything that the stub would" says "$with" replayed Success
held "the attacker's system runs" says "$with" attacker ran
held "the TPM gives it nothing, because of PCR 4 alone" says "$with" unseal "tpm-policy PCR4"
succeeds "the attacker's system runs" says "$without" attacker ran
succeeds "the attacker has the key" says "$without" unseal key
attack_end
