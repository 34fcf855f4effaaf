#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Debian's shim, and a boot image signed by a machine owner's key: the host is sealed to PCR 7 and opens; the next image by that
# key is predicted, even after it has overwritten the running image's file, and opens.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/shim.sh"
. "$OVMF/lib/measured.sh"
. "$OVMF/lib/next_image.sh"
scenario_start
m=$SCRATCH/m
machine_make "$m" "$UUID_HOST" tpm
machine_shim "$m"
mok_make owner
mok_enrol "$m" owner
mok_sign owner "$OVMF_OUT/etcseal.efi" "$SCRATCH/now.efi"
shim_image "$m" "$SCRATCH/now.efi"
job_make "$m/job-modes" modes
machine_boot "$m" first "job=$m/job-modes" || :
first=$m/boots/first
act_look "$m" again || :
again=$m/boots/again
next_image "$m" --sign-key="$SCRATCH/owner.key" --sign-cert="$SCRATCH/owner.pem"
job_make "$m/job-update" shim-update
machine_boot "$m" update "job=$m/job-update" || :
b=$m/boots/update
act_look "$m" next || :
n=$m/boots/next

check "init seals" says "$first" init-exit 0
check "to PCR 7, 11 and 12" \
	same "$(sed -n '/"pcrs"/,/}/s/^ *"\([0-9]*\)": *"[0-9a-f]*",*$/\1/p' "$first/out/banks/bank0/encryption.info" | tr '\n' ' ')" \
	"7 11 12 "
check "status says who vouched" says "$first" secure-boot-state vouched-by-mok
check "it can be required" says "$first" set-exit 0
check "it opens automatically" says "$again" opened-by tpm
check "the host as it is will open again" says "$b" check-now 0
check "with the new image it would not" says "$b" check-before 4
check "and the image is named" grep -q 'PCR 11 ' "$b/out/check-before.txt"
check "with nothing unknown" test ! -s "$b/out/predict.err"
check "the host is sealed to it" says "$b" reseal-exit 0
check "now it will open" says "$b" check-after 0
check "the same after it has overwritten the running one" says "$b" check-replaced 0
check "and the host can be sealed to it again" says "$b" reseal-replaced 0
check "the new image opens automatically" says "$n" opened-by tpm
check "it is the new image" bash -c "! cmp -s '$b/out/pcrs/11' '$n/out/pcrs/11'"
check "PCR 4 is as predicted" same "$(pcr "$n" 4)" "$(predicted "$b" 4)"
check "PCR 7 is as predicted" same "$(pcr "$n" 7)" "$(predicted "$b" 7)"
check "PCR 11 is as predicted, and then the fence" same "$(pcr "$n" 11)" "$(fenced "$(predicted "$b" 11)")"
