#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A stock Debian with an attacker's hibernated system on its swap partition: resumed after the unlock, it would find the
# opened configuration in RAM. The host has to reach its own root. Three defences, in one control: the image's options,
# the helper, and the initramfs' own resume.
# WITHOUT=RESUME_CHECK
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start
. "$OVMF/lib/debian.sh"
. "$OVMF/lib/hibernation.sh"

look() { # machine, name of the boot, options of machine_boot
	job_make "$1/job-$2" debian-look
	machine_boot "$1" "$2" "job=$1/job-$2" bound=400 "${@:3}" || :
}

# The owner answers the prompt for the recovery key.
look_typed() { # machine, name of the boot, options
	job_make "$1/job-$2" debian-look
	machine_start "$1" "$2" "job=$1/job-$2" bound=400 "${@:3}"
	if machine_sees "$CONSOLE_ASKS|@@ (root-reached|resumed)=" 400 && ! grep -qaE '@@ (root-reached|resumed)=' "$BOOT/serial.log"; then
		machine_type "$(cat "$1/recovery-key")"
	fi
	machine_end || :
}

resumable_image() { # machine: \EFI\etcseal\resumable.efi, an administrator's own without nohibernate
	debian_image plain resumable "$1.resumable.efi"
	esp_put "$1/disk.img" "$1.resumable.efi" /EFI/etcseal/resumable.efi
}

hides_in() { # file, text
	[ -s "$1" ] && ! grep -q "$2" "$1"
}

debian_parts plain
(
	debian_sealed "$SCRATCH/with" plain usual
	hibernate "$SCRATCH/with" plain "$DEBIAN_OPTIONS"
	machine_copy "$SCRATCH/with" "$SCRATCH/typed"
	cp "$SCRATCH/with/recovery-key" "$SCRATCH/typed/"
	resumable_image "$SCRATCH/typed"
	look "$SCRATCH/with" look
	look_typed "$SCRATCH/typed" look 'image=\EFI\etcseal\resumable.efi'
) &
(
	without RESUME_CHECK
	debian_parts plain resumes
	debian_sealed "$SCRATCH/without" resumes resumable
	hibernate "$SCRATCH/without" resumes "$DEBIAN_OPTIONS"
	look "$SCRATCH/without" look
) &
wait
with=$SCRATCH/with/boots typed=$SCRATCH/typed/boots without=$SCRATCH/without/boots

attack A2 "a hibernation image planted on the swap, TPM (boot)" "no resume after unlock"
held "the attacker's system hibernated there" says "$with/hibernate" attacker ran
held "nothing of the secret was in RAM at that time" says "$with/hibernate" hits-before 0
held "the host opens by the TPM" says "$with/look" opened-by tpm
held "and reaches its own root" says "$with/look" job-done yes
held "the attacker's system doesn't come back" hides "$with/look" '@@ resumed='
succeeds "the attacker's system hibernated there" says "$without/hibernate" attacker ran
succeeds "nothing of the secret was in RAM at that time" says "$without/hibernate" hits-before 0
succeeds "the host opens by the TPM" shows "$without/look" 'etcseal: opened by the TPM'
succeeds "the attacker's system comes back in its place" says "$without/look" resumed yes
succeeds "and finds the secret in RAM" grep -qxE '[1-9][0-9]*' <<<"$(said "$without/look/serial.log" hits-after || :)"

attack A2 "the same, on a kernel that may resume, recovery key (boot)" "no resume after unlock"
held "the TPM isn't asked" shows "$typed/look" 'etcseal: locked: this kernel can resume a hibernation image'
held "the owner is told what to do" shows "$typed/look" 'nohibernate'
held "their recovery key opens" says "$typed/look" opened-by recovery
held "the host reaches its own root" says "$typed/look" job-done yes
held "status warns of that kernel" grep -q 'this kernel could hibernate' "$typed/look/out/status.json"
held "and of no other" hides_in "$with/look/out/status.json" 'this kernel could hibernate'
held "the attacker's system doesn't come back" hides "$typed/look" '@@ resumed='
succeeds "the attacker's system comes back" says "$without/look" resumed yes
attack_end
