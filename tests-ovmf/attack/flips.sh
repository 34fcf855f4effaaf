#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One bit of the boot image is flipped, in each of its sections, where it doesn't change how the system runs, so that
# the control opens. Secure Boot is on, and the owner's own signer signs the changed image: it starts, PCR 7 is
# unchanged, and only PCR 11 differs. (Without Secure Boot PCR 4 would differ too, and no control could open.)
# WITHOUT=IMAGE_PCR
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/attack/lib.sh"
attack_start
sections="linux initrd cmdline osrel"

# The owner's image, with an uncompressed file in its initrd: with a bit of it flipped, the initrd still unpacks.
spare_image() { # folder, file
	mkdir -p "$1/spare"
	cp "$OVMF_OUT"/parts/* "$1/"
	echo "nobody reads this" >"$1/spare/spare"
	truncate -s %4 "$1/initrd"
	(cd "$1/spare" && echo spare | cpio --quiet -o -H newc -R 0:0) >>"$1/initrd"
	image_build "$1" "$2"
}

# The offset in the image's file: the last bytes of the kernel are its signature, which nothing checks here.
flip_place() { # image, section
	local offset
	case $2 in
	linux)
		offset=$(section_offset "$1" .linux)
		echo $((offset + $(stat -c %s "$KERNEL") - 16))
		;;
	initrd) grep -abo 'nobody reads this' "$1" | tail -n 1 | cut -d: -f1 ;;
	cmdline) echo $(($(section_offset "$1" .cmdline) + 23)) ;;
	osrel) echo $(($(section_offset "$1" .osrel) + 5)) ;;
	esac
}

signed_put() { # machine, image
	image_sign "$2" "$1/signed.efi"
	esp_put "$1/disk.img" "$1/signed.efi" /EFI/etcseal/etcseal.efi
	rm "$1/signed.efi"
}

sealed() { # folder
	machine_make "$1" "$UUID_HOST" tpm
	machine_secure_boot "$1"
	spare_image "$1/parts" "$1/image.efi"
	signed_put "$1" "$1/image.efi"
	job_make "$1/job-require" require
	machine_boot "$1" first "job=$1/job-require" || :
}

flipped() { # folder
	local section
	sealed "$1"
	for section in $sections; do
		machine_copy "$1" "$1-$section"
		cp "$1/image.efi" "$1/flipped.efi"
		byte_change "$1/flipped.efi" "$(flip_place "$1/flipped.efi" "$section")"
		signed_put "$1-$section" "$1/flipped.efi"
		act_look "$1-$section" flipped || :
	done
}

flipped "$SCRATCH/with" &
(without IMAGE_PCR && flipped "$SCRATCH/without") &
wait
for section in $sections; do
	with=$SCRATCH/with-$section/boots/flipped without=$SCRATCH/without-$section/boots/flipped
	attack 4 "one bit of .$section flipped (boot)" "PCR 11 in the seal"
	held "sealed, with Secure Boot required" says "$SCRATCH/with/boots/first" required true
	held "the key stays shut" stays_shut "$with"
	held "and the section is named" shows "$with" "PCR 11 .*section \.$section"
	succeeds "sealed in the same way" says "$SCRATCH/without/boots/first" required true
	succeeds "it opens" says "$without" opened-by tpm
	succeeds "with the owner's file" says "$without" file "psk=correct horse battery staple"
done
attack_end
