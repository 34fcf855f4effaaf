#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A vendor's superseded image is put back. It has the boot helper of its time, which may be faulty in any way: here no
# image's helper looks at generations, so the TPM must refuse.
# WITHOUT=IMAGE_FRESH GENERATION
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/lib/vendor_image.sh"
. "$OVMF/attack/lib.sh"
attack_start

superseded() { # folder
	machine_make "$1" "$UUID_HOST" tpm
	machine_secure_boot "$1"
	vendor_image 1 2 "$SCRATCH/vendor.key" "$1"
	job_make "$1/job" require
	machine_boot "$1" first "job=$1/job" || :
	vendor_image 2 3 "$SCRATCH/vendor.key" "$1"
	act_look "$1" newer || :
	vendor_image 1 2 "$SCRATCH/vendor.key" "$1"
	act_look "$1" older || :
}

vendor_key "$SCRATCH/vendor.key"
(without IMAGE_FRESH && superseded "$SCRATCH/with") &
(without GENERATION && superseded "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots without=$SCRATCH/without/boots

attack 5 "an older signed image, after a newer one was accepted (boot)" "PolicyNV on its generation"
held "the newer image opens" says "$with/newer" opened-by tpm
held "the older one stays shut" stays_shut "$with/older"
held "and the cause is named" shows "$with/older" 'older than the newest'
succeeds "the newer image opens" says "$without/newer" opened-by tpm
succeeds "the older one opens again" says "$without/older" opened-by tpm
succeeds "with the owner's file" says "$without/older" file "psk=correct horse battery staple"
attack_end
