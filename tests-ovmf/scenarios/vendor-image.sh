#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A vendor's images, with Secure Boot: sealed while one runs, the next one opens automatically, the older one stays shut
# from then on, and so does one whose policy somebody else signed.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/lib/vendor_image.sh"
scenario_start

machine=$SCRATCH/m
vendor_key "$SCRATCH/vendor.key"
vendor_key "$SCRATCH/other.key"

machine_make "$machine" "$UUID_HOST" tpm
machine_secure_boot "$machine"
vendor_image 1 2 "$SCRATCH/vendor.key" "$machine"
job_make "$SCRATCH/job" require
machine_boot "$machine" first "job=$SCRATCH/job" || :
first=$machine/boots/first
vendor_image 2 3 "$SCRATCH/vendor.key" "$machine"
act_look "$machine" newer || :
newer=$machine/boots/newer
machine_copy "$machine" "$SCRATCH/forged-one"
vendor_image 1 2 "$SCRATCH/vendor.key" "$machine"
act_look "$machine" older || :
older=$machine/boots/older
vendor_image 2 3 "$SCRATCH/other.key" "$SCRATCH/forged-one"
act_look "$SCRATCH/forged-one" forged || :
forged=$SCRATCH/forged-one/boots/forged

check "init seals" says "$first" init-exit 0
check "to every image that the vendor signs" grep -q 'every image that this image.s vendor signed opens it' "$first/out/init.txt"
check "the vendor's next image, never seen before, opens automatically" says "$newer" opened-by tpm
check "the file is there" says "$newer" file "psk=correct horse battery staple"
check "the older image stays shut" stays_shut "$older"
check "and the cause is named" shows "$older" 'older than the newest'
check "with both generations" shows "$older" 'generation 2, .* is at 3'
check "a policy that somebody else signed stays shut" stays_shut "$forged"
check "and the cause is named" shows "$forged" "isn't signed by the vendor"
