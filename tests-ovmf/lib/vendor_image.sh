# SPDX-License-Identifier: Apache-2.0
# Boot images of a vendor who signs their policies. $SCRATCH/vendor.key is the vendor's, made by vendor_key. Source
# lib/secure_boot.sh first.

vendor_key() { # file; its public half beside it, .pem
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1" 2>/dev/null
	chmod 600 "$1"
	openssl pkey -in "$1" -pubout -out "${1%.key}.pem"
}

vendor_image() { # version, generation, key that signs, machine: \EFI\etcseal\etcseal.efi
	local parts=$OVMF_OUT/parts folder image
	folder=$(mktemp -d "$SCRATCH/vendor.XXXXXX")
	image=$folder/image.efi
	sed "s/^VERSION_ID=.*/VERSION_ID=$1/" "$parts/osrel" >"$folder/osrel"
	"$BUILD/etcseal" image build --stub="$BUILD/etcseal-stub-x64.efi" --linux="$KERNEL" --initrd="$parts/initrd" \
		--cmdline="@$parts/cmdline" --osrel="$folder/osrel" --uname="$KERNEL_VERSION" \
		--policy-public-key="$SCRATCH/vendor.pem" --output="$image" >/dev/null
	if [ "$3" = "$SCRATCH/vendor.key" ]; then
		"$BUILD/etcseal" image sign-policy "$image" --key="$3" --generation="$2" --output="$image" >/dev/null
	else
		image_forge "$image" "$2" "$3"
	fi
	image_sign "$image" "$image.signed"
	esp_put "$4/disk.img" "$image.signed" /EFI/etcseal/etcseal.efi
	rm -r "$folder"
}

# Somebody else's signature under the vendor's name: the command doesn't make one, so its own is replaced.
image_forge() { # image, generation, key
	local pol folder=${1%/*}
	"$BUILD/etcseal" image sign-policy "$1" --key="$SCRATCH/vendor.key" --generation="$2" --print >"$folder/genuine"
	pol=$(sed 's/.*"pol":"\([0-9a-f]*\)".*/\1/' "$folder/genuine")
	printf '%b' "$(printf %s "$pol" | sed 's/../\\x&/g')" | openssl dgst -sha256 -sign "$3" | base64 -w 0 >"$folder/forged"
	sed "s#\"sig\":\"[^\"]*\"#\"sig\":\"$(cat "$folder/forged")\"#" "$folder/genuine" >"$folder/pcrsig"
	objcopy --add-section .pcrsig="$folder/pcrsig" --change-section-vma .pcrsig=0xf000000 "$1" "$1.forged"
	mv "$1.forged" "$1"
}
