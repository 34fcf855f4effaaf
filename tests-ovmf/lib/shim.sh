# SPDX-License-Identifier: Apache-2.0
# Debian's shim before the boot image, on firmware that has Microsoft's keys; the host's own key is a machine owner's
# key (MOK), planted into shim's list, as shim's key manager would write it. The firmware starts \EFI\BOOT\BOOTX64.EFI
# (shim), and that starts grubx64.efi beside it: the boot image.

SHIM=/usr/lib/shim
GUID_SHIM=605dab50-e046-4300-abb6-3dd810dd8b23
GUID_DATABASE=d719b2cb-3d3a-4596-a3bc-dad00e67656f
GUID_GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c
GUID_OWNER=7b3f0d52-0a4e-4b61-9d6e-2f10c7a0e501
SHIM_IMAGE=/EFI/BOOT/grubx64.efi

plant() { # machine, variable, its GUID, attributes, file
	"${OVMF_NORMAL:-$BUILD}/tests-ovmf/plant" "$1/vars.fd" "$2" "$3" "$4" "$5"
}

mok_make() { # name, further options of openssl req: $SCRATCH/NAME.key, .pem and .esl
	local key=$SCRATCH/$1
	shift
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=${key##*/}" -keyout "$key.key" -out "$key.pem" \
		"$@" 2>/dev/null
	cert-to-efi-sig-list -g $GUID_OWNER "$key.pem" "$key.esl"
}

mok_sign() { # name of a key, image, file
	sbsign --key "$SCRATCH/$1.key" --cert "$SCRATCH/$1.pem" --output "$3" "$2" >/dev/null 2>&1 || die "sbsign can't sign $2"
}

mok_enrol() { # machine, names of keys
	local machine=$1 name
	shift
	for name in "$@"; do
		cat "$SCRATCH/$name.esl"
	done >"$machine/mok.esl"
	# Non-volatile, and out of the running system's reach.
	plant "$machine" MokList $GUID_SHIM 3 "$machine/mok.esl"
}

shim_image() { # machine, image: what shim starts
	esp_put "$1/disk.img" "$2" $SHIM_IMAGE
}

# Secure Boot on with Microsoft's keys, shim, and its key manager.
machine_shim() { # machine
	need cert-to-efi-sig-list hash-to-efi-sig-list sbsign openssl
	[ -r "$SHIM/shimx64.efi.signed" ] || die "$SHIM isn't there; \`make deps\` as root installs shim-signed."
	touch "$1/secure-boot"
	cp /usr/share/OVMF/OVMF_VARS_4M.ms.fd "$1/vars.fd"
	esp_put "$1/disk.img" "$SHIM/shimx64.efi.signed" /EFI/BOOT/BOOTX64.EFI
	esp_put "$1/disk.img" "$SHIM/mmx64.efi.signed" /EFI/BOOT/mmx64.efi
}

# A boot that shim refuses waits at a dialog with an OK button forever.
boot_refused() { # machine, name, options of machine_boot: whether shim refused it
	local status=1
	machine_start "$@"
	! machine_sees 'Security Violation|@@ (root-reached|unlock-exit|init-failed)=' "$BOOT_BOUND" || status=0
	kill "$QEMU_PID" 2>/dev/null || :
	machine_end || :
	[ $status -eq 0 ] && grep -qa 'Security Violation' "$BOOT/serial.log" &&
		! grep -qaE '@@ (root-reached|unlock-exit|init-failed)=' "$BOOT/serial.log"
}
