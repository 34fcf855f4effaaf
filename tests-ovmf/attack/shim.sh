#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The firmware reports that Secure Boot is on, but shim was told to check nothing before the host was sealed
# (MokSBState, `mokutil --disable-validation`). An unsigned program takes the boot image's place, measures the owner's
# image into PCR 11, and starts the attacker's system.
# WITHOUT=SECURE_BOOT_CHECK
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
. "$OVMF/lib/shim.sh"
attack_start

attacked() { # folder
	local m=$1
	machine_make "$m" "$UUID_HOST" tpm
	machine_shim "$m"
	printf '\001' >"$m/one"
	plant "$m" MokSBState $GUID_SHIM 3 "$m/one"
	shim_image "$m" "$OVMF_OUT/etcseal.efi"
	job_make "$m/job-modes" modes
	machine_boot "$m" first "job=$m/job-modes" || :
	machine_copy "$m" "$m-replay"
	act_look "$m" again || :
	evil_put "$m-replay"
	esp_put "$m-replay/disk.img" "$KERNEL" /EFI/evil/vmlinuz
	shim_image "$m-replay" "$OVMF_NORMAL/tests-ovmf/evil/replay.efi"
	machine_boot "$m-replay" replay || :
}

attacked "$SCRATCH/with" &
(without SECURE_BOOT_CHECK && attacked "$SCRATCH/without") &
wait
first=$SCRATCH/with/boots/first with=$SCRATCH/with-replay/boots/replay
old=$SCRATCH/without/boots/first without=$SCRATCH/without-replay/boots/replay

attack A14 "PCR 11 replayed, unsigned, after a shim that checks nothing (boot)" "what vouched in PCR 7"
held "init seals to the boot programs" grep -q 'to the boot programs themselves (PCR 2, 4, 11, 12)' "$first/out/init.txt"
held "and says why" grep -q 'shim starts anything: its validation is switched off (MokSBState)' "$first/out/init.txt"
held "status shows it" says "$first" secure-boot-state shim-checks-nothing
held "Secure Boot can't be required" says "$first" set-exit 1
held "for that reason" grep -q 'mokutil --enable-validation' "$first/out/set.txt"
held "the host itself opens" says "$SCRATCH/with/boots/again" opened-by tpm
held "the unsigned program measures everything that the stub would" says "$with" replayed Success
held "the attacker's system runs" says "$with" attacker ran
held "the TPM gives it nothing, because of PCR 4 alone" says "$with" unseal "tpm-policy PCR4"
succeeds "Secure Boot counts as on, and is required" says "$old" required true
succeeds "the host itself opens" says "$SCRATCH/without/boots/again" opened-by tpm
succeeds "the attacker's system runs" says "$without" attacker ran
succeeds "the attacker has the key" says "$without" unseal key
attack_end
