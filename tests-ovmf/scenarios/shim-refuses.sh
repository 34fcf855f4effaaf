#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Images that shim won't start: `check` and `reseal` say so beforehand, and shim then does refuse them. A request to shim's
# key manager: `check` says that the next boot will be different, and it is.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/shim.sh"
scenario_start
m=$SCRATCH/m
machine_make "$m" "$UUID_HOST" tpm
machine_shim "$m"
mok_make owner
mok_make stranger
mok_make modules -addext extendedKeyUsage=codeSigning,1.3.6.1.4.1.2312.16.1.2
mok_enrol "$m" owner modules
mok_sign owner "$OVMF_OUT/etcseal.efi" "$SCRATCH/now.efi"
shim_image "$m" "$SCRATCH/now.efi"
objcopy -R .sbat "$OVMF_OUT/etcseal.efi" "$SCRATCH/plain.efi"
mok_sign owner "$SCRATCH/plain.efi" "$SCRATCH/no-sbat.efi"
mok_sign modules "$OVMF_OUT/etcseal.efi" "$SCRATCH/modules.efi"
mok_sign stranger "$OVMF_OUT/etcseal.efi" "$SCRATCH/stranger.efi"
cp "$OVMF_OUT/etcseal.efi" "$SCRATCH/unsigned.efi"
for image in no-sbat modules stranger unsigned; do
	esp_put "$m/disk.img" "$SCRATCH/$image.efi" "/EFI/etcseal/$image.efi"
done
job_make "$m/job-refuses" shim-refuses
machine_boot "$m" first "job=$m/job-refuses" bound=500 || :
b=$m/boots/first
machine_copy "$m" "$SCRATCH/pending"
act_look "$SCRATCH/pending" pending || :
p=$SCRATCH/pending/boots/pending

check "init seals" says "$b" init-exit 0
for image in no-sbat modules stranger unsigned; do
	case $image in
	no-sbat) why="it has no \.sbat section" ;;
	modules) why="the key that signed it is for kernel modules only" ;;
	stranger) why="nothing that the firmware \(db\) or shim \(MokListRT\) accepts vouches for it" ;;
	unsigned) why="it isn't signed, and its hash isn't listed" ;;
	esac
	# A copy of the machine before the request, with that image in place of the running one.
	machine_copy "$m" "$SCRATCH/$image"
	cp "$m/vars.fd" "$SCRATCH/$image/vars.fd"
	check "$image: check says that it won't be started" says "$b" check-$image "4 1"
	check "$image: and why" grep -qE "$why" "$b/out/check-$image.txt"
	check "$image: the host isn't sealed to it" says "$b" reseal-$image 4
done
for image in no-sbat modules; do
	cp /usr/share/OVMF/OVMF_VARS_4M.ms.fd "$SCRATCH/$image/vars.fd"
	mok_enrol "$SCRATCH/$image" owner modules
	shim_image "$SCRATCH/$image" "$SCRATCH/$image.efi"
	check "$image: shim refuses it" boot_refused "$SCRATCH/$image" refused
done
check "without a request the next boot opens" says "$b" check-now 0
check "the request is pending" says "$b" requested 0
check "with it the next boot won't open" says "$b" check-request 4
check "and it is named" grep -q 'MokNew (enrol a key)' "$b/out/check-request.txt"
check "the key manager starts first" shows "$p" 'MOK management'
check "nobody answers, and the host stays shut" stays_shut "$p"
check "because of PCR 7" shows "$p" 'PCR 7 .*MokListRT'
