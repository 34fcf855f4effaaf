# SPDX-License-Identifier: Apache-2.0
# An attacker's system that hibernates to a stock guest's swap partition. Source debian.sh first.

# A second cpio after the host's own initrd; its /init comes last, so the kernel uses it.
hibernation_initrd() { # variant whose kernel and drivers it has, file
	local tree=$2.tree
	mkdir -p "$tree/usr/bin"
	install -m 0755 "$OVMF/attack/jobs/hibernate-init.sh" "$tree/init"
	install -m 0755 "$OVMF_NORMAL/tests-ovmf/kcore" "$tree/usr/bin/"
	# The lowest bit of each byte flipped: "psk=correct horse battery staple".
	printf '%s' 'qrj<bnssdbu!insrd!c`uudsx!ru`qmd' >"$tree/secret-flipped"
	cp "$DEBIAN_OUT/$1/initrd" "$2"
	truncate -s %4 "$2"
	(cd "$tree" && find . -print0 | cpio --quiet --null -o -H newc -R 0:0) >>"$2"
	rm -r "$tree"
}

hibernate() { # machine, variant, options of its kernel: its swap partition holds that system from then on
	local image=$1.evil.efi
	hibernation_initrd "$2" "$1.evil"
	"$OVMF_NORMAL/etcseal" image build --stub="$OVMF_NORMAL/etcseal-stub-x64.efi" --linux="$DEBIAN_OUT/$2/linux" \
		--initrd="$1.evil" --cmdline="$3" --options-as-given --output="$image" >/dev/null
	esp_put "$1/disk.img" "$image" /EFI/evil/hibernate.efi
	rm "$1.evil" "$image"
	machine_boot "$1" hibernate 'image=\EFI\evil\hibernate.efi' bound=300 || :
}
