#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A changed image with the recovery key among the boot options, under both of its names: it opens, and the key is nowhere.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
scenario_start
fixture tpm "$SCRATCH/m"
image_change "$SCRATCH/m" .osrel 5
key=$(cat "$SCRATCH/m/recovery-key")
recovery_needles "$key" >"$SCRATCH/needles"
for option in etcseal.recovery encryptionRecoveryKey; do
	machine_copy "$SCRATCH/m" "$SCRATCH/$option"
	act_recovery "$SCRATCH/$option" recovery "$option" "$key" || :
	b=$SCRATCH/$option/boots/recovery

	check "$option=… opens" says "$b" opened-by recovery
	check "$option: the file is back" says "$b" file "psk=correct horse battery staple"
	check "$option: no key in /proc/cmdline" says "$b" key-in-cmdline 0
	check "$option: nor in dmesg" says "$b" key-in-dmesg 0
	check "$option: nor in the TCG event log" says "$b" key-in-event-log 0
	check "$option: nor in an EFI variable" says "$b" key-in-efi-variables 0
	check "$option: nor in a file of /run" says "$b" key-in-run 0
	check "$option: nor in a process" says "$b" key-in-processes 0
	check "$option: the search can find one" says "$b" key-in-the-needles 1
	check "$option: the log itself, searched from outside" holds_none "$b/out/event-log" "$SCRATCH/needles"
	check "$option: nor on the console" holds_none "$b/serial.log" "$SCRATCH/needles"
	check "$option: nor on the disk" holds_none "$SCRATCH/$option/disk.img" "$SCRATCH/needles"
	measured_take "$b"
	check "$option: the event log still replays to the TPM's PCRs" log_replays "$b"
	check "$option: PCR 12 tells a recovery boot" \
		same "$(pcr "$b" 12)" "$(extend "$ZEROS" "$(printf 'etcseal/v1/recovery-boot' | sha256sum | cut -d' ' -f1)")"
done
