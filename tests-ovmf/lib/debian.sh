# SPDX-License-Identifier: Apache-2.0
# A stock Debian guest: debian_base.sh's packages, `make install-files` over them, its own update-initramfs, a boot image that
# `etcseal image build` makes of its kernel and initrd; on a disk with boot partition, root and swap. What is ours is
# made again when something of it changed, and kept in $OVMF_OUT/debian-RELEASE. To be sourced.
. "$OVMF/lib/debian_base.sh"
. "$OVMF/lib/debian_variants.sh"

DEBIAN_SWAP_SECTORS=$((512 << 11))
# A busy machine starves the timer that an emulated guest checks when it starts.
DEBIAN_OPTIONS="root=/dev/vda2 ro console=tty0 console=ttyS0 loglevel=6 no_timer_check"
# What `image build` adds; options typed at the menu replace the image's, so they need these too.
DEBIAN_ADDED="systemd.import_credentials=no noresume nohibernate"
# What the initramfs of a guest has drivers for.
DEBIAN_MODULES="virtio_pci virtio_blk ext4 crc32c_generic"

# A sandbox for the distribution's own tools.
debian_chroot() { # tree, command
	local tree=$1
	shift
	# shellcheck disable=SC2016
	unshare --mount --pid --fork sh -ec 'mount --bind "$0" "$0"; for d in proc sys dev; do mount --rbind /$d "$0/$d"; done
		exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin LC_ALL=C "$@"' "$tree" "$@"
}

debian_guest() { # tree: what an installer leaves in /etc
	printf 'MODULES=list\nFSTYPE=ext4\n' >"$1/etc/initramfs-tools/conf.d/guest"
	printf 'ETCSEAL_INITRAMFS=yes\n' >"$1/etc/initramfs-tools/conf.d/etcseal"
	# As Debian's installer does where there is a swap partition.
	printf 'RESUME=/dev/vda3\n' >"$1/etc/initramfs-tools/conf.d/resume"
	printf '%s\n' $DEBIAN_MODULES >"$1/etc/initramfs-tools/modules"
	mkdir -p "$1/boot/efi" "$1/var/log/journal"
	printf '%s\n' '/dev/vda2 / ext4 errors=remount-ro 0 1' '/dev/vda1 /boot/efi vfat umask=0077,flush 0 1' \
		'/dev/vda3 none swap sw 0 0' >"$1/etc/fstab"
	echo guest >"$1/etc/hostname"
	echo "the configuration that came with the image" >"$1/etc/motd"
	echo "came with the image" >"$1/etc/removed-by-owner"
	: >"$1/etc/machine-id"
	cp -r "$OVMF/guest/systemd/." "$1/"
	mkdir -p "$1/etc/systemd/system/multi-user.target.wants"
	ln -s /usr/lib/systemd/system/job.service "$1/etc/systemd/system/multi-user.target.wants/"
	ln -sf /dev/null "$1/etc/systemd/system/serial-getty@.service"
}

debian_tree() { # folder: without an initrd
	debian_unpack "$1"
	MAKEFLAGS='' make -s "BUILD=$BUILD_GIVEN" install-files "DESTDIR=$1" PREFIX=/usr >/dev/null
	debian_guest "$1"
}

# An initrd by Debian's own tools. variant: a function of lib/debian_variants.sh that changes what was installed, or "plain".
debian_initrd() { # tree, variant, file
	local version
	version=$(basename "$1"/boot/vmlinuz-*)
	debian_variant "$2" "$1"
	debian_chroot "$1" update-initramfs -c -k "${version#vmlinuz-}" >"$3.log" 2>&1 ||
		die "update-initramfs: $(tail -n 3 "$3.log")"
	debian_marked "$1" "$2" "/boot/initrd.${version/vmlinuz/img}"
	mv "$1/boot/initrd.${version/vmlinuz/img}" "$3"
}

debian_key() { # variant: of all that is ours in it
	cat "$DEBIAN_BASE.name" "$OVMF"/lib/debian*.sh "$OVMF/lib/markers.sh" "$OVMF/jobs/adopt-mend.sh" "$BUILD"/etcseal{,-boot,-stub-x64.efi} .ci/install.mk \
		$(find initrd/{initramfs-tools,look-files,ram-tmpdir} tests-ovmf/guest/{systemd,debian} tools/etcseal-watch.service -type f | sort) |
		sha256sum | cut -d' ' -f1
	echo "$1"
}

debian_fresh() { # variant: whether its parts are as they should be
	[ -s "$DEBIAN_OUT/$1/initrd" ] && [ "$(cat "$DEBIAN_OUT/$1/key" 2>/dev/null)" = "$(debian_key "$1")" ]
}

debian_root() { # tree, file
	rm -f "$2"
	truncate -s 1G "$2"
	mke2fs -q -t ext4 -L root -d "$1" "$2"
}

debian_make() { # variant
	local out=$DEBIAN_OUT/$1 tree=$SCRATCH/debian-tree-$1 kernel
	mkdir -p "$out"
	rm -f "$out/key"
	debian_tree "$tree"
	kernel=$(basename "$tree"/boot/vmlinuz-*)
	cp "$tree/boot/$kernel" "$out/linux"
	if [ "$1" = plain ]; then
		mv "$tree/boot" "$SCRATCH/debian-boot"
		mkdir -p "$tree/boot/efi"
		debian_root "$tree" "$out/root.ext4"
		rm -r "$tree/boot"
		mv "$SCRATCH/debian-boot" "$tree/boot"
	fi
	debian_initrd "$tree" "$1" "$out/initrd"
	# With kernel and initrd, so that the guest can make a new one.
	if [ "$1" = lived ]; then
		cp "$out/initrd" "$tree/boot/initrd.${kernel/vmlinuz/img}"
		debian_root "$tree" "$out/root.ext4"
	fi
	rm -rf --one-file-system "$tree"
	debian_key "$1" >"$out/key"
}

debian_parts() { # variants: $DEBIAN_OUT/VARIANT has kernel and initrd, plain/ and lived/ a root file system
	local variant
	DEBIAN_OUT=$OVMF_OUT/debian-$DEBIAN_RELEASE
	debian_base
	basename "$DEBIAN_BASE" >"$DEBIAN_BASE.name"
	mkdir -p "$DEBIAN_OUT"
	for variant in "$@"; do
		(
			flock 9
			debian_fresh "$variant" || debian_make "$variant"
		) 9>"$DEBIAN_OUT.lock"
	done
}

# usual: with the options that `image build` adds; resumable: without.
debian_image() { # variant, "usual" or "resumable", file
	local parts=$DEBIAN_OUT/$1 given=()
	[ "$2" = usual ] || given=(--options-as-given)
	"$BUILD/etcseal" image build --stub="$BUILD/etcseal-stub-x64.efi" --linux="$parts/linux" --initrd="$parts/initrd" \
		--cmdline="$DEBIAN_OPTIONS" "${given[@]}" --output="$3" >"$3.txt" 2>&1 || die "image build: $(cat "$3.txt")"
}

# A disk that boots this image; see disk_make. The swap partition is made as an installer does.
debian_disk() { # image, file, root file system (the plain one)
	local root=${3:-$DEBIAN_OUT/plain/root.ext4} root_sectors swap_start
	root_sectors=$(($(stat -c %s "$root") / 512))
	swap_start=$((ESP_START + ESP_SECTORS + root_sectors))
	disk_make "$2" "$root" "start=$swap_start, size=$DEBIAN_SWAP_SECTORS, type=swap, name=swap"
	truncate -s $((DEBIAN_SWAP_SECTORS * 512)) "$2.swap"
	mkswap -q "$2.swap" >/dev/null
	dd if="$2.swap" of="$2" bs=1M seek=$((swap_start * 512))B conv=notrunc,sparse status=none
	rm "$2.swap"
	esp_put "$2" "$BUILD/tests-ovmf/menu.efi" /EFI/BOOT/BOOTX64.EFI
	esp_put "$2" "$1" /EFI/etcseal/etcseal.efi
}

# A machine with that disk, and a TPM, switched off.
debian_machine() { # folder, variant, "usual" or "resumable"
	local image=$1.efi
	debian_image "$2" "$3" "$image"
	debian_disk "$image" "$1.img"
	OVMF_DISK=$1.img machine_make "$1" "$UUID_HOST" tpm
	rm "$1.img" "$image"
}

# Such a machine after its first boot: sealed, with a copy of its recovery key beside it. Made once in a run, as in fixtures.sh.
debian_sealed() { # folder, variant, "usual" or "resumable"
	local master
	master=$OVMF_FIXTURES/$DEBIAN_RELEASE-$2-$(sha256sum <<<"$DEBIAN_OPTIONS $3" | cut -c1-8)
	(
		flock 9
		if [ ! -e "$master/made" ]; then
			debian_machine "$master" "$2" "$3"
			job_make "$master/job-first" debian-first
			machine_boot "$master" first "job=$master/job-first" bound=400 || :
			grep -m1 -oE '([0-9]{6}-){15}[0-9]{6}' "$master/boots/first/out/init.txt" >"$master/recovery-key" || :
			touch "$master/made"
		fi
	) 9>"$master.lock"
	machine_copy "$master" "$1"
	cp "$master/recovery-key" "$1/"
	cp -r "$master/boots/first" "$1/boots/"
}
