# SPDX-License-Identifier: Apache-2.0
# A root file system with systemd as PID 1: Debian's packages as debootstrap installs them, etcseal as `make install` does. The
# packages are fetched once and kept ($OVMF_OUT/systemd-root.tar.zst) until this file or packages.txt changes. Sourced by
# the scenarios that need it.

SYSTEMD_PACKAGES=systemd,systemd-sysv,udev,kmod,libjansson4,libkeyutils1
SYSTEMD_PACKAGES+=,libtss2-esys-3.0.2-0,libtss2-mu0,libtss2-rc0,libtss2-tctildr0,libtss2-tcti-device0
SYSTEMD_BASE=$OVMF_OUT/systemd-root.tar.zst
# What systemd loads automatically; the rest is in the initramfs. Set by a script that needs more.
SYSTEMD_MODULES=autofs4

# What a guest has no use for: half of its size.
SYSTEMD_USELESS="usr/share/doc usr/share/man usr/share/locale usr/share/info usr/share/perl5 usr/share/zoneinfo usr/lib/udev/hwdb.d
	usr/lib/udev/hwdb.bin usr/lib/x86_64-linux-gnu/perl-base usr/lib/x86_64-linux-gnu/gconv usr/lib/apt usr/bin/perl var/cache/apt
	var/lib/apt/lists var/lib/dpkg/info var/log/bootstrap.log"

systemd_mirror() { # this machine's own, where apt knows it
	local uri
	uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' \
		'Component: main' 2>/dev/null | head -n 1)
	echo "${uri:-http://deb.debian.org/debian}"
}

systemd_base_key() {
	cat packages.txt "$OVMF/lib/systemd_root.sh" | sha256sum | cut -d' ' -f1
}

systemd_base_make() {
	local tree=$SCRATCH/systemd-base
	need debootstrap
	debootstrap --variant=minbase --include="$SYSTEMD_PACKAGES" bookworm "$tree" "$(systemd_mirror)" \
		>"$SCRATCH/debootstrap.log" 2>&1 || die "debootstrap failed: $(tail -n 3 "$SCRATCH/debootstrap.log")"
	(cd "$tree" && rm -rf $SYSTEMD_USELESS)
	tar -C "$tree" --xattrs --numeric-owner --one-file-system -cf - . | zstd -q -3 -T0 -f -o "$SYSTEMD_BASE.new"
	rm -rf --one-file-system "$tree"
	mv "$SYSTEMD_BASE.new" "$SYSTEMD_BASE"
	systemd_base_key >"$SYSTEMD_BASE.key"
}

systemd_base() {
	(
		flock 9
		[ -s "$SYSTEMD_BASE" ] && same "$(cat "$SYSTEMD_BASE.key" 2>/dev/null)" "$(systemd_base_key)" >/dev/null ||
			systemd_base_make
	) 9>"$SYSTEMD_BASE.lock"
}

systemd_modules() { # folder
	local into=usr/lib/modules/$KERNEL_VERSION file module
	mkdir -p "$1/$into"
	for module in $SYSTEMD_MODULES; do
		modprobe -S "$KERNEL_VERSION" --show-depends "$module"
	done | awk '$1 == "insmod" { print $2 }' | while IFS= read -r file; do
		cp "$file" "$1/$into/"
	done
	cp "/lib/modules/$KERNEL_VERSION"/modules.{order,builtin,builtin.modinfo} "$1/$into/"
	depmod -b "$1" "$KERNEL_VERSION"
}

systemd_tree() { # folder
	mkdir -p "$1"
	zstd -dqc "$SYSTEMD_BASE" | tar -C "$1" --xattrs --numeric-owner -xf -
	MAKEFLAGS='' make -s "BUILD=$BUILD_GIVEN" install-files "DESTDIR=$1" PREFIX=/usr >/dev/null
	# Our init hands over to /sbin/guest.
	ln -s ../lib/systemd/systemd "$1/usr/sbin/guest"
	cp -r "$OVMF/guest/systemd/." "$1/"
	systemd_modules "$1"
	mkdir -p "$1/efi" "$1/var/log/journal"
	# Empty: a host that gets its identity at its first boot, and keeps it with its configuration.
	: >"$1/etc/machine-id"
	echo guest >"$1/etc/hostname"
	ln -sf /dev/null "$1/etc/systemd/system/serial-getty@.service"
	printf '/dev/vda2 / ext4 defaults 0 0\n/dev/vda1 /efi vfat umask=0077,flush 0 0\n' >"$1/etc/fstab"
	mkdir -p "$1/etc/systemd/system/multi-user.target.wants"
	for unit in job late-writer; do
		ln -s "/usr/lib/systemd/system/$unit.service" "$1/etc/systemd/system/multi-user.target.wants/"
	done
}

systemd_disk() { # file: a disk whose boot partition is that of all machines
	local tree=$SCRATCH/systemd-tree
	systemd_base
	systemd_tree "$tree"
	truncate -s 512M "$SCRATCH/systemd.ext4"
	mke2fs -q -t ext4 -L root -d "$tree" "$SCRATCH/systemd.ext4"
	disk_make "$1" "$SCRATCH/systemd.ext4"
	rm -rf --one-file-system "$tree" "$SCRATCH/systemd.ext4"
	esp_put "$1" "$BUILD/tests-ovmf/menu.efi" /EFI/BOOT/BOOTX64.EFI
	esp_put "$1" "$OVMF_OUT/etcseal.efi" /EFI/etcseal/etcseal.efi
}
