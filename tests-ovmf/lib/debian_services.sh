# SPDX-License-Identifier: Apache-2.0
# A Debian with the services of a small server on top of debian_base.sh's packages, each of which uses a secret in /etc. Nothing in it
# is a stand-in: the login goes through PAM, the share is mounted from Samba, apt fetches over TLS. To be sourced after debian.sh.

services_packages() {
	printf '%s ' openssh-server openssh-client sudo cron cryptsetup cifs-utils samba wireguard-tools network-manager nginx-light iproute2 \
		ca-certificates
	[ "$DEBIAN_RELEASE" = bookworm ] || echo systemd-cryptsetup
}

# Drivers and documents that a guest of ours has no use for; unlike debian_strip it keeps the network's.
services_strip() { # tree
	local modules
	rm -rf "$1"/usr/share/{doc,man,locale,info,zoneinfo} "$1"/var/cache/apt "$1"/var/lib/apt/lists/* "$1"/boot/initrd.img-* \
		"$1"/usr/lib/udev/hwdb.{d,bin} "$1"/usr/lib/x86_64-linux-gnu/gconv "$1"/etc/ssh/ssh_host_*
	for modules in "$1"/usr/lib/modules/*; do
		(cd "$modules/kernel" && rm -rf sound arch/x86/kvm drivers/{gpu,media,usb,scsi,infiniband,iio,staging,hwmon,input,mmc,nvme} &&
			cd drivers/net && find . -mindepth 1 -maxdepth 1 ! -name wireguard ! -name 'dummy*' -exec rm -rf {} +)
		depmod -b "$1" "${modules##*/}"
	done
}

services_base_make() { # file
	local tree=$SCRATCH/services-base
	need debootstrap
	debootstrap --variant=minbase --include="$(debian_packages)" "$DEBIAN_RELEASE" "$tree" "$(debian_mirror)" \
		>"$SCRATCH/debootstrap.log" 2>&1 || die "debootstrap failed: $(tail -n 3 "$SCRATCH/debootstrap.log")"
	cp /etc/resolv.conf "$tree/etc/resolv.conf"
	printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
	chmod 0755 "$tree/usr/sbin/policy-rc.d"
	# shellcheck disable=SC2016,SC2046
	debian_chroot "$tree" sh -ec 'apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"' \
		- $(services_packages) >"$SCRATCH/apt.log" 2>&1 || die "apt-get failed: $(tail -n 5 "$SCRATCH/apt.log")"
	rm "$tree/usr/sbin/policy-rc.d"
	services_strip "$tree"
	tar -C "$tree" --xattrs --numeric-owner --one-file-system -cf - . | zstd -q -3 -T0 -f -o "$1.new"
	rm -rf --one-file-system "$tree"
	mv "$1.new" "$1"
}

# Sets DEBIAN_BASE to this file, as debian_base does to its own.
services_base() {
	local key
	key=$(cat "$OVMF"/lib/debian_{base,services}.sh | sha256sum | cut -c1-16)
	DEBIAN_BASE=$DEBIAN_CACHE/debian-$DEBIAN_RELEASE-services-$key.tar.zst
	mkdir -p "$DEBIAN_CACHE"
	(
		flock 9
		[ -s "$DEBIAN_BASE" ] || services_base_make "$DEBIAN_BASE"
		touch "$DEBIAN_BASE"
	) 9>"$DEBIAN_BASE.lock"
}
