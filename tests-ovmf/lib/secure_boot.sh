# SPDX-License-Identifier: Apache-2.0
# Secure Boot with the "snakeoil" key that Debian's ovmf provides for tests: its firmware variables trust the key, and
# its private half, with the password "snakeoil", is included to sign with.

SNAKEOIL=/usr/share/ovmf/PkKek-1-snakeoil

snakeoil_key() { # prints the file of the key without its password
	local key=$SCRATCH/snakeoil.key
	if [ ! -s "$key" ]; then # two machines may be made at the same time
		openssl rsa -in "$SNAKEOIL.key" -passin pass:snakeoil -out "$key.$BASHPID" 2>/dev/null
		mv "$key.$BASHPID" "$key"
	fi
	echo "$key"
}

image_sign() { # image, file
	need sbsign
	sbsign --key "$(snakeoil_key)" --cert "$SNAKEOIL.pem" --output "$2" "$1" >/dev/null 2>&1 ||
		die "sbsign can't sign $1"
}

# Switches Secure Boot on, and signs what the machine starts.
machine_secure_boot() { # machine
	local file=$1/signed.efi
	touch "$1/secure-boot"
	cp /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd "$1/vars.fd"
	image_sign "$OVMF_OUT/menu.efi" "$file"
	esp_put "$1/disk.img" "$file" /EFI/BOOT/BOOTX64.EFI
	image_sign "$OVMF_OUT/etcseal.efi" "$file"
	esp_put "$1/disk.img" "$file" /EFI/etcseal/etcseal.efi
	rm "$file"
}
