#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Boot images with a false section table. The list includes images that no firmware loads (truncated, out of bounds).
# WITHOUT=SECTION_CHECKS
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/hostile.sh"
. "$OVMF/attack/lib.sh"
attack_start
kinds="doubled no-linux no-initrd no-cmdline two-cmdlines two-initrds overlap beyond no-kernel cut"

# An image with two sets of options, of which the second is the attacker's.
doubled_make() { # file
	local parts
	parts=$(mktemp -d "$SCRATCH/parts.XXXXXX")
	cp "$OVMF_OUT"/parts/* "$parts/"
	printf '%s evil=yes' "$CMDLINE" >"$parts/cmdline"
	image_build "$parts" "$1"
	section_rename "$1" .osrel .cmdline
	rm -r "$parts"
}

tried() { # folder, kinds: one after the other, and the sound image last
	local folder=$1 kind paths=
	shift
	machine_make "$folder" "$UUID_HOST" tpm
	for kind in "$@"; do
		if [ "$kind" = doubled ]; then
			doubled_make "$folder/hostile.efi"
		else
			hostile_make "$OVMF_OUT/etcseal.efi" "$kind" "$folder/hostile.efi"
		fi
		esp_put "$folder/disk.img" "$folder/hostile.efi" "/EFI/h/$kind.efi"
		paths+="\\EFI\\h\\$kind.efi"$'\n'
	done
	rm "$folder/hostile.efi"
	act_look "$folder" hostile "image=$paths\\EFI\\etcseal\\etcseal.efi" bound=400 || :
}

# shellcheck disable=SC2086
tried "$SCRATCH/with" $kinds &
(without SECTION_CHECKS && tried "$SCRATCH/without" doubled) &
wait
with=$SCRATCH/with/boots/hostile without=$SCRATCH/without/boots/hostile

attack 10 "images with doubled, missing, overlapping, huge sections" "checks of the sections"
for kind in $kinds; do
	held "refused: $kind" shows "$with" "@@ came-back .*$kind\\.efi="
done
held "the sound image after them starts" says "$with" unlock-exit 3
succeeds "the doubled one starts" hides "$without" '@@ came-back .*doubled'
succeeds "with the attacker's options" says "$without" cmdline "$CMDLINE evil=yes"
attack_end
