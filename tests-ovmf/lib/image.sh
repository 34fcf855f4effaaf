# SPDX-License-Identifier: Apache-2.0
# The parts of a guest: Debian's kernel, an initramfs with the boot helper, a root file system with the command, and the
# disk that contains them. Each is made again only when one of its inputs is newer.

MODULES="virtio_pci virtio_blk crc32c_generic ext4 vfat nls_cp437 nls_ascii nls_utf8 overlay efivarfs"

kernel_find() { # sets KERNEL, KERNEL_VERSION: the newest that has its modules
	local image
	KERNEL=
	for image in $(printf '%s\n' /boot/vmlinuz-* | sort -V); do
		[ -d "/lib/modules/${image#/boot/vmlinuz-}" ] && KERNEL=$image
	done
	[ -n "$KERNEL" ] || die "no kernel in /boot; \`make deps\` as root installs linux-image-amd64."
	KERNEL_VERSION=${KERNEL#/boot/vmlinuz-}
}

image_modules() { # folder: the modules, and their order in `list`
	local module line
	mkdir -p "$1"
	for module in $MODULES; do
		modprobe -S "$KERNEL_VERSION" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while IFS= read -r line; do
		cp "$line" "$1/"
		basename "$line"
	done >"$1/list"
}

image_initrd() { # file
	local tree=$SCRATCH/initrd-tree
	tree_make "$tree"
	cp "$BUILD/tests-ovmf/init" "$tree/init"
	mkdir -p "$tree/sysroot"
	image_modules "$tree/modules"
	tree_program "$tree" "$BUILD/etcseal-boot"
	tree_tss "$tree"
	(cd "$tree" && find . -print0 | LC_ALL=C sort -z | cpio --quiet --null --reproducible -o -H newc -R 0:0) |
		zstd -q -12 -f -o "$1"
}

image_root() { # file
	local tree=$SCRATCH/root-tree name
	tree_make "$tree"
	mkdir -p "$tree"/{efi,tmp,var}
	cp /usr/bin/busybox "$tree/usr/bin/"
	for name in $(busybox --list); do
		ln -s busybox "$tree/usr/bin/$name" 2>/dev/null || :
	done
	install -m 0755 "$OVMF/guest/guest.sh" "$tree/usr/sbin/guest"
	tree_program "$tree" "$BUILD/etcseal"
	tree_program "$tree" "$BUILD/etcseal-boot"
	tree_program "$tree" "$(command -v chattr)" # efivarfs marks variables immutable
	tree_tss "$tree"
	echo "guest" >"$tree/etc/hostname"
	echo "the configuration that came with the image" >"$tree/etc/motd"
	echo "came with the image" >"$tree/etc/removed-by-owner"
	mkdir -p "$tree/srv/app" "$tree/usr/share/site"
	echo "of the image" | tee "$tree/srv/app/conf" "$tree/srv/app/old" >"$tree/usr/share/site/id"
	chmod 0640 "$tree/usr/share/site/id"
	chown 5:6 "$tree/usr/share/site/id"
	echo "root:x:0:0:root:/:/bin/sh" >"$tree/etc/passwd"
	cp /etc/os-release "$tree/etc/os-release"
	rm -f "$1"
	truncate -s 64M "$1"
	mke2fs -q -t ext4 -O ^has_journal -L root -U 2f6c1f0e-3f0b-4a53-9a4e-6d1f3f7a9c11 -d "$tree" "$1"
}

# Includes what `image build` would add, so that every oracle has the same options.
# A busy machine starves the timer that an emulated guest checks when it starts.
CMDLINE_BARE="console=ttyS0 loglevel=4 panic=-1 no_timer_check"
CMDLINE="$CMDLINE_BARE systemd.import_credentials=no noresume nohibernate"

image_parts() { # folder: the sections, as files
	printf '%s' "$CMDLINE" >"$1/cmdline"
	printf 'ID=etcseal-test\nNAME="etcseal test image"\nVERSION_ID=1\n' >"$1/osrel"
	printf '%s' "$KERNEL_VERSION" >"$1/uname"
	[ "$1/initrd" -nt "$BUILD/etcseal-boot" ] && [ "$1/initrd" -nt "$BUILD/tests-ovmf/init" ] || image_initrd "$1/initrd"
}

image_build() { # folder of the parts, file, further options: the UKI, by our own command
	"$BUILD/etcseal" image build --stub="$BUILD/etcseal-stub-x64.efi" --linux="$KERNEL" --initrd="$1/initrd" \
		--cmdline="@$1/cmdline" --osrel="$1/osrel" \
		--uname="$KERNEL_VERSION" --output="$2" "${@:3}" >"$OVMF_OUT/image.txt"
}

# Two images of the same four sections, since systemd 252 measures no others: one with our stub, without its own .sbat,
# and the peer with systemd's stub, at the addresses that its manual gives.
image_build_peers() { # folder of the parts, our image, systemd's
	objcopy -R .sbat "$BUILD/etcseal-stub-x64.efi" "$SCRATCH/stub-plain.efi"
	image_add_sections "$1" "$SCRATCH/stub-plain.efi" "$2"
	image_add_sections "$1" /usr/lib/systemd/boot/efi/linuxx64.efi.stub "$3"
}

image_add_sections() { # folder of the parts, stub, file
	objcopy --add-section .osrel="$1/osrel" --change-section-vma .osrel=0x20000 \
		--add-section .cmdline="$1/cmdline" --change-section-vma .cmdline=0x30000 \
		--add-section .linux="$KERNEL" --change-section-vma .linux=0x2000000 \
		--add-section .initrd="$1/initrd" --change-section-vma .initrd=0x3000000 "$2" "$3"
}

disk_build() { # sets OVMF_DISK: the disk that every machine starts with
	local parts=$OVMF_OUT/parts image=$OVMF_OUT/etcseal.efi
	OVMF_DISK=$OVMF_OUT/disk.img
	mkdir -p "$parts"
	image_parts "$parts"
	image_build "$parts" "$image"
	image_build_peers "$parts" "$OVMF_OUT/plain.efi" "$OVMF_OUT/systemd.efi"
	image_root "$SCRATCH/root.ext4"
	disk_make "$OVMF_DISK" "$SCRATCH/root.ext4"
	esp_put "$OVMF_DISK" "$BUILD/tests-ovmf/menu.efi" /EFI/BOOT/BOOTX64.EFI
	esp_put "$OVMF_DISK" "$image" /EFI/etcseal/etcseal.efi
	esp_put "$OVMF_DISK" "$OVMF_OUT/plain.efi" /EFI/etcseal/plain.efi
	esp_put "$OVMF_DISK" "$OVMF_OUT/systemd.efi" /EFI/etcseal/systemd.efi
}
