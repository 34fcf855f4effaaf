# SPDX-License-Identifier: Apache-2.0
# A tree of a stock Debian with the tools that make an initramfs, and the packages whose hooks take files of /etc along. It is
# cached beside the guests' base (debian_base.sh). No guest is made of it. To be sourced after debian.sh.

debian_tools_packages() {
	printf '%s,' cryptsetup-initramfs mdadm open-iscsi dropbear-initramfs wpasupplicant
	echo dracut-core
}

debian_tools_tree() { # folder: with what is ours
	local file key
	key=$(cat "$OVMF"/lib/debian_{base,tools}.sh | sha256sum | cut -c1-16)
	file=$DEBIAN_CACHE/debian-tools-$DEBIAN_RELEASE-$key.tar.zst
	mkdir -p "$DEBIAN_CACHE" "$1"
	(
		flock 9
		eval "$(declare -f debian_packages | sed '1s/debian_packages/debian_packages_of_guests/')"
		debian_packages() { echo "$(debian_packages_of_guests),$(debian_tools_packages)"; }
		[ -s "$file" ] || debian_base_make "$file"
		touch "$file"
	) 9>"$file.lock"
	zstd -dqc "$file" | tar -C "$1" --xattrs --numeric-owner -xf -
	MAKEFLAGS='' make -s "BUILD=$BUILD_GIVEN" install-files "DESTDIR=$1" PREFIX=/usr >/dev/null
}
