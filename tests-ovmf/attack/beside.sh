#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Channels that other stubs read: SMBIOS strings, and files beside the image. Ours doesn't look at the files, so there
# is no switch: the control is a peer that does, systemd's stub. Our stub measures the strings, since the system may
# honour them, but uses none.
# WITHOUT=FIRMWARE_MEASURING
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
. "$OVMF/attack/lib.sh"
attack_start
STRINGS="io.systemd.stub.kernel-cmdline-extra=init=/bin/sh"

planted() { # folder, image's name
	local file=$1/planted
	head -c 4096 /dev/urandom >"$file"
	esp_put "$1/disk.img" "$file" "/EFI/etcseal/$2.efi.extra.d/evil.cred"
	esp_put "$1/disk.img" "$file" "/EFI/etcseal/$2.efi.extra.d/evil.raw"
	esp_put "$1/disk.img" "$OVMF_NORMAL/tests-ovmf/evil/replay.efi" "/EFI/etcseal/$2.efi.extra.d/evil.addon.efi"
	esp_put "$1/disk.img" "$OVMF_NORMAL/tests-ovmf/evil/replay.efi" /loader/addons/evil.addon.efi
	esp_put "$1/disk.img" "$file" /loader/credentials/evil.cred
	esp_put "$1/disk.img" "$file" "/EFI/etcseal/$2.cmdline"
	beside "$1" planted "$2"
}

beside() { # folder, name of the boot, image's name, further options of QEMU
	local machine=$1 boot=$2 image=$3
	shift 3
	job_make "$machine/job" beside
	cp "$OVMF"/attack/jobs/*.sh "$machine/job/"
	MACHINE_MORE=("$@")
	machine_boot "$machine" "$boot" "job=$machine/job" "image=\\EFI\\etcseal\\$image.efi" || :
	MACHINE_MORE=()
}

strings() { # folder
	fixture tpm "$1"
	beside "$1" strings etcseal -smbios "type=11,value=$STRINGS"
}

fixture tpm "$SCRATCH/with"
machine_make "$SCRATCH/peer" "$UUID_HOST" tpm
planted "$SCRATCH/with" etcseal &
planted "$SCRATCH/peer" systemd &
wait
strings "$SCRATCH/strings" &
(without FIRMWARE_MEASURING && strings "$SCRATCH/strings-without") &
wait
with=$SCRATCH/strings/boots/strings without=$SCRATCH/strings-without/boots/strings

attack A3 "options in SMBIOS strings (boot)" "firmware's options measured"
held "the key stays shut" stays_shut "$with"
held "PCR 12 and the string are named" shows "$with" \
	'PCR 12 .*SMBIOS string io\.systemd\.stub\.kernel-cmdline-extra'
succeeds "it opens" says "$without" opened-by tpm
succeeds "the string is set" says "$without" smbios yes
succeeds "although our stub takes no option from it" says "$without" cmdline "$CMDLINE"

with=$SCRATCH/with/boots/planted peer=$SCRATCH/peer/boots/planted
attack 9 "credentials, add-ons, extensions beside the image (boot)" "the stub doesn't look"
held "the host opens automatically" says "$with" opened-by tpm
held "PCR 12 is untouched" same "$(pcr "$with" 12)" "$ZEROS"
succeeds "systemd's stub uses them" test "$(pcr "$peer" 12)" != "$ZEROS" -o "$(pcr "$peer" 13)" != "$ZEROS"
attack_end
