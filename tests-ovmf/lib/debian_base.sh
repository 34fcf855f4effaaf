# SPDX-License-Identifier: Apache-2.0
# A stock Debian, as debootstrap installs it: systemd, initramfs-tools, the distribution's kernel, and what our programs link
# with. Made once and kept outside the checkout, in ${XDG_CACHE_HOME:-/var/cache}/etcseal-tests, until this file changes.
# DEBIAN_RELEASE=trixie makes it a Debian 13.

DEBIAN_RELEASE=${DEBIAN_RELEASE:-bookworm}
DEBIAN_CACHE=${XDG_CACHE_HOME:-/var/cache}/etcseal-tests

debian_packages() {
	local t64='' mu=libtss2-mu0
	[ "$DEBIAN_RELEASE" = bookworm ] || t64=t64 mu=libtss2-mu-4.0.1-0t64
	printf '%s,' systemd-sysv udev kmod initramfs-tools linux-image-amd64 busybox zstd libjansson4 libkeyutils1 dosfstools e2fsprogs
	printf '%s' "libtss2-esys-3.0.2-0$t64,$mu,libtss2-rc0$t64,libtss2-tctildr0$t64,libtss2-tcti-device0$t64"
}

# What a guest has no use for: documents, and drivers of devices that it doesn't have.
debian_strip() { # tree
	local modules
	rm -rf "$1"/usr/share/{doc,man,locale,info,zoneinfo} "$1"/var/cache/apt "$1"/var/lib/apt/lists "$1"/boot/initrd.img-* \
		"$1"/usr/lib/udev/hwdb.{d,bin} "$1"/usr/lib/x86_64-linux-gnu/gconv
	for modules in "$1"/usr/lib/modules/*; do
		(cd "$modules/kernel" && rm -rf sound net arch/x86/kvm && cd drivers && find . -mindepth 1 -maxdepth 1 -type d \
			! -name virtio ! -name block ! -name char ! -name tty ! -name acpi ! -name firmware ! -name md -exec rm -rf {} +)
		depmod -b "$1" "${modules##*/}"
	done
}

debian_mirror() { # this machine's own, where apt knows it
	local uri
	uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Codename: $DEBIAN_RELEASE" \
		'Component: main' 2>/dev/null | head -n 1)
	echo "${uri:-http://deb.debian.org/debian}"
}

debian_base_make() { # file
	local tree=$SCRATCH/debian-base
	need debootstrap
	debootstrap --variant=minbase --include="$(debian_packages)" "$DEBIAN_RELEASE" "$tree" "$(debian_mirror)" \
		>"$SCRATCH/debootstrap.log" 2>&1 || die "debootstrap failed: $(tail -n 3 "$SCRATCH/debootstrap.log")"
	debian_strip "$tree"
	tar -C "$tree" --xattrs --numeric-owner --one-file-system -cf - . | zstd -q -3 -T0 -f -o "$1.new"
	rm -rf --one-file-system "$tree"
	mv "$1.new" "$1"
}

# Sets DEBIAN_BASE, a file whose name is of all that it is made of.
debian_base() {
	local key
	key=$(sha256sum <"$OVMF/lib/debian_base.sh" | cut -c1-16)
	DEBIAN_BASE=$DEBIAN_CACHE/debian-$DEBIAN_RELEASE-$key.tar.zst
	mkdir -p "$DEBIAN_CACHE"
	(
		flock 9
		[ -s "$DEBIAN_BASE" ] || debian_base_make "$DEBIAN_BASE"
		touch "$DEBIAN_BASE"
		find "$DEBIAN_CACHE" -name 'debian-*' -mtime +30 -delete
	) 9>"$DEBIAN_BASE.lock"
}

debian_unpack() { # folder
	mkdir -p "$1"
	zstd -dqc "$DEBIAN_BASE" | tar -C "$1" --xattrs --numeric-owner -xf -
}
