#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A vendor's images, with Secure Boot: sealed while one runs, its next one opens by itself, the older one stays shut from then
# on, and so does one whose policy somebody else signed.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
scenario_start

vendor_key() { # file
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1" 2>/dev/null
	chmod 600 "$1"
}

vendor_image() { # version, generation, key that signs, machine: \EFI\etcseal\etcseal.efi
	local parts=$OVMF_OUT/parts image=$SCRATCH/image.efi
	sed "s/^VERSION_ID=.*/VERSION_ID=$1/" "$parts/osrel" >"$SCRATCH/osrel"
	"$BUILD/etcseal" image build --stub="$BUILD/etcseal-stub-x64.efi" --linux="$KERNEL" --initrd="$parts/initrd" \
		--cmdline="@$parts/cmdline" --osrel="$SCRATCH/osrel" --uname="$KERNEL_VERSION" \
		--policy-public-key="$SCRATCH/vendor.pem" --output="$image" >/dev/null
	if [ "$3" = "$SCRATCH/vendor.key" ]; then
		"$BUILD/etcseal" image sign-policy "$image" --key="$3" --generation="$2" --output="$image" >/dev/null
	else
		image_forge "$image" "$2" "$3"
	fi
	image_sign "$image" "$image.signed"
	esp_put "$4/disk.img" "$image.signed" /EFI/etcseal/etcseal.efi
	rm "$image" "$image.signed"
}

# Somebody else's signature under the vendor's name: the command makes none such, so its own is exchanged.
image_forge() { # image, generation, key
	local pol
	"$BUILD/etcseal" image sign-policy "$1" --key="$SCRATCH/vendor.key" --generation="$2" --print >"$SCRATCH/genuine"
	pol=$(sed 's/.*"pol":"\([0-9a-f]*\)".*/\1/' "$SCRATCH/genuine")
	printf '%b' "$(printf %s "$pol" | sed 's/../\\x&/g')" | openssl dgst -sha256 -sign "$3" | base64 -w 0 >"$SCRATCH/forged"
	sed "s#\"sig\":\"[^\"]*\"#\"sig\":\"$(cat "$SCRATCH/forged")\"#" "$SCRATCH/genuine" >"$SCRATCH/pcrsig"
	objcopy --add-section .pcrsig="$SCRATCH/pcrsig" --change-section-vma .pcrsig=0xf000000 "$1" "$1.forged"
	mv "$1.forged" "$1"
}

machine=$SCRATCH/m
vendor_key "$SCRATCH/vendor.key"
vendor_key "$SCRATCH/other.key"
openssl pkey -in "$SCRATCH/vendor.key" -pubout -out "$SCRATCH/vendor.pem"

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
check "to every image that the vendor signs" grep -q 'Every image that the vendor' "$first/out/init.txt"
check "the vendor's next image, never seen before, opens by itself" says "$newer" opened-by tpm
check "the file is there" says "$newer" file "psk=correct horse battery staple"
check "the older image stays shut" stays_shut "$older"
check "and that is named" shows "$older" 'older than the newest'
check "with both generations" shows "$older" 'generation 2, .* stands at 3'
check "a policy that somebody else signed stays shut" stays_shut "$forged"
check "and that is named" shows "$forged" "isn't signed by the vendor"
