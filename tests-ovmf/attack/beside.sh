#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Channels that other stubs listen to: SMBIOS strings, and files beside the image. Our stub knows none of them, so there is no
# switch: the control is a peer that does listen, systemd's stub, and for SMBIOS that the string was there to be read.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
. "$OVMF/attack/lib.sh"
attack_start
STRINGS="io.systemd.stub.kernel-cmdline-extra=init=/bin/sh"

planted() { # folder, image's name, name of the boot
	local file=$1/planted
	head -c 4096 /dev/urandom >"$file"
	esp_put "$1/disk.img" "$file" "/EFI/etcseal/$2.efi.extra.d/evil.cred"
	esp_put "$1/disk.img" "$file" "/EFI/etcseal/$2.efi.extra.d/evil.raw"
	esp_put "$1/disk.img" "$OVMF_NORMAL/tests-ovmf/evil/replay.efi" "/EFI/etcseal/$2.efi.extra.d/evil.addon.efi"
	esp_put "$1/disk.img" "$OVMF_NORMAL/tests-ovmf/evil/replay.efi" /loader/addons/evil.addon.efi
	esp_put "$1/disk.img" "$file" /loader/credentials/evil.cred
	esp_put "$1/disk.img" "$file" "/EFI/etcseal/$2.cmdline"
	job_make "$1/job" beside
	cp "$OVMF"/attack/jobs/*.sh "$1/job/"
	MACHINE_MORE=(-smbios "type=11,value=$STRINGS")
	machine_boot "$1" planted "job=$1/job" "image=\\EFI\\etcseal\\$2.efi" || :
	MACHINE_MORE=()
}

fixture tpm "$SCRATCH/with"
machine_make "$SCRATCH/peer" "$UUID_HOST" tpm
planted "$SCRATCH/with" etcseal &
planted "$SCRATCH/peer" systemd &
wait
with=$SCRATCH/with/boots/planted peer=$SCRATCH/peer/boots/planted

attack 9 "options in SMBIOS strings (boot)" "the stub doesn't listen"
held "the host opens by itself" says "$with" opened-by tpm
held "the kernel's options are the image's alone" says "$with" cmdline "$CMDLINE"
held "PCR 12 is untouched" same "$(pcr "$with" 12)" "$ZEROS"
succeeds "the string is there for a stub that listens" says "$with" smbios yes

attack 9 "credentials, add-ons, extensions beside the image (boot)" "the stub doesn't look"
held "the host opens by itself" says "$with" opened-by tpm
held "PCR 12 is untouched" same "$(pcr "$with" 12)" "$ZEROS"
succeeds "systemd's stub takes them in" test "$(pcr "$peer" 12)" != "$ZEROS" -o "$(pcr "$peer" 13)" != "$ZEROS"
attack_end
