#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Images with a section missing, doubled, overlapping or out of bounds, tried one after the other in one boot; each must
# be refused, and the sound one after them must still start. (Not here: a size that wraps at 32 bits. OVMF's own loader
# accepts it and wipes memory up to its own end; the stub's unit tests cover it.)
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/hostile.sh"
scenario_start
kinds="no-linux no-initrd no-cmdline two-cmdlines two-initrds overlap beyond no-kernel cut"
machine_make "$SCRATCH/m" "$UUID_HOST" tpm
paths=
for kind in $kinds; do
	hostile_make "$OVMF_OUT/etcseal.efi" "$kind" "$SCRATCH/$kind.efi"
	esp_put "$SCRATCH/m/disk.img" "$SCRATCH/$kind.efi" "/EFI/h/$kind.efi"
	rm "$SCRATCH/$kind.efi"
	paths+="\\EFI\\h\\$kind.efi"$'\n'
done
act_look "$SCRATCH/m" hostile "image=$paths\\EFI\\etcseal\\etcseal.efi" bound=400 || :
b=$SCRATCH/m/boots/hostile

for kind in $kinds; do
	check "refused: $kind" shows "$b" "@@ came-back .*$kind\\.efi="
done
check "a sound image starts after all of them (the control)" says "$b" unlock-exit 3
