#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What Debian's own tools take from /etc into an initramfs, in a tree of its own: each usual case is named with who copied it, and
# gone with the way out that etcseal(8) names. Then the same with dracut. Nothing is booted. DEBIAN_RELEASE says which Debian.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
. "$OVMF/lib/debian.sh"
. "$OVMF/lib/debian_tools.sh"
. "$OVMF/lib/markers.sh"
tree=$SCRATCH/tree
debian_tools_tree "$tree"
version=$(basename "$tree"/boot/vmlinuz-*)
version=${version#vmlinuz-}
settings=$tree/etc/initramfs-tools/conf.d/etcseal

put() { # mode, path, content
	mkdir -p "$tree${2%/*}"
	printf '%b' "$3" >"$tree$2"
	chmod "$1" "$tree$2"
}

plant() {
	put 600 /etc/modprobe.d/secret.conf 'options dummy key=MARKERmodprobe\n'
	put 400 /etc/keys/data.key MARKERkeyfile
	truncate -s 20M "$tree/tmp/luks"
	cryptsetup_in_tree luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /tmp/luks /etc/keys/data.key
	put 644 /etc/crypttab "data $loop /etc/keys/data.key luks,initramfs\n"
	sed -i 's|^#*KEYFILE_PATTERN=.*|KEYFILE_PATTERN="/etc/keys/*.key"|' "$tree/etc/cryptsetup-initramfs/conf-hook"
	put 644 /etc/mdadm/mdadm.conf 'HOMEHOST <system>\nPROGRAM /usr/bin/tell --password=MARKERmdadm\n'
	put 600 /etc/iscsi/iscsi.initramfs 'ISCSI_TARGET_NAME=iqn.y\nISCSI_USERNAME=a\nISCSI_PASSWORD=MARKERiscsi\n'
	put 600 /etc/wpa_supplicant/wpa_supplicant.conf 'network={\n ssid="a"\n psk="MARKERwireless"\n}\n'
	put 755 /etc/initramfs-tools/hooks/wifi '#!/bin/sh\n[ "$1" != prereqs ] || exit 0\nmkdir -p "$DESTDIR/etc/wpa_supplicant"\n'
	echo 'cp -p /etc/wpa_supplicant/wpa_supplicant.conf "$DESTDIR/etc/wpa_supplicant/"' >>"$tree/etc/initramfs-tools/hooks/wifi"
	printf 'MODULES=list\nFSTYPE=ext4\n' >"$tree/etc/initramfs-tools/conf.d/guest"
}

cryptsetup_in_tree() {
	debian_chroot "$tree" cryptsetup "$@" >"$SCRATCH/cryptsetup.log" 2>&1 || die "cryptsetup: $(cat "$SCRATCH/cryptsetup.log")"
}

make_initrd() { # what it says goes to $SCRATCH/said
	rm -f "$tree/boot/initrd.img-$version"
	debian_chroot "$tree" update-initramfs -c -k "$version" >"$SCRATCH/said" 2>&1
}

not() {
	! "$@"
}

list_initrd() {
	debian_chroot "$tree" etcseal image inspect --files "/boot/$1" >"$SCRATCH/list" 2>&1
}

named() { # path, what it is, by whom
	grep -qE "^(secret|unowned|changed) .* $1: .*$2.*copied by $3" "$SCRATCH/list" || {
		grep " $1: " "$SCRATCH/list" || echo "$1 isn't listed"
		return 1
	}
}

markers_of() { # a file of /boot
	"$BUILD/tests-ovmf/unpack" "$tree/boot/$1" | sed 's/.* //' | sort -u | tr '\n' ' '
}

ways_out() {
	check "strictly no initramfs is made" bash -c "! test -e '$tree/boot/initrd.img-$version'"
	echo 'ETCSEAL_FILES=warn' >"$settings"
	check "otherwise one is made" make_initrd
	check "that has them" same "$(markers_of "initrd.img-$version")" "iscsi keyfile mdadm modprobe wireless "
	check "the administrator's own hook is named too, which runs last" grep -q 'wpa_supplicant.conf in the clear.*hooks/wifi' "$SCRATCH/said"
	check "each is named once" bash -c "test \$(grep -c 'secret.conf in the clear' '$SCRATCH/said') = 1"
	cp "$tree/boot/initrd.img-$version" "$SCRATCH/leaky"
	list_initrd "initrd.img-$version"
	check "modprobe.d" named /etc/modprobe.d/secret.conf '' initramfs-tools
	check "the key file" named /cryptroot/keyfiles/data.key 'a disk key' 'hook cryptroot of cryptsetup-initramfs'
	check "mdadm.conf" named /etc/mdadm/mdadm.conf 'a password' 'hook mdadm of mdadm'
	check "open-iscsi" named /etc/iscsi.initramfs 'a password' 'hook iscsi of open-iscsi'
	check "dropbear's keys" named /etc/dropbear/dropbear_rsa_host_key 'an SSH host key' 'hook dropbear of dropbear-initramfs'
	check "the wireless network" named /etc/wpa_supplicant/wpa_supplicant.conf 'a network password' /etc/initramfs-tools/hooks/wifi
	# What the man page says of each.
	printf '%s\n' ETCSEAL_FILES=strict 'ETCSEAL_LEAVE_OUT="/etc/modprobe.d/secret.conf"' \
		'ETCSEAL_ALLOW="/etc/dropbear/* /etc/mdadm/* /conf/*"' >"$settings"
	sed -i 's|^KEYFILE_PATTERN=.*|#&|' "$tree/etc/cryptsetup-initramfs/conf-hook"
	sed -i 's|,initramfs||' "$tree/etc/crypttab"
	sed -i '/PROGRAM/d' "$tree/etc/mdadm/mdadm.conf"
	echo NO_ISCSI_IN_INITRAMFS=yes >"$tree/etc/initramfs-tools/conf.d/open-iscsi"
	check "with the wireless network still in it, it is refused in the end" not make_initrd
	check "and that is said" grep -q "don't put /boot/initrd.img-$version into a boot image" "$SCRATCH/said"
	sed -i '/^cp\|^mkdir/d' "$tree/etc/initramfs-tools/hooks/wifi"
	check "with all ways out, it is made strictly" make_initrd
	check "and none of them is in it" same "$(markers_of "initrd.img-$version")" ""
	check "nor on the way" bash -c "! grep 'made on disk' '$SCRATCH/said'"
}


dracut_makes() { # options
	rm -f "$tree/boot/dracut.img"
	debian_chroot "$tree" dracut -q --force --no-early-microcode "$@" /boot/dracut.img "$version" >"$SCRATCH/said" 2>&1
}

refuses() { # a command: fails, and no initramfs is there
	! "$@" && [ ! -e "$tree/boot/dracut.img" ] && grep -q "this initramfs isn't made" "$SCRATCH/said"
}

dracut_ways() {
	local conf=$tree/etc/dracut.conf.d/etcseal.conf owner=/etc/hostname\ /etc/hosts\ /etc/machine-id\ /etc/modules
	put 640 /etc/shadow 'root:$y$j9T$MARKERshadow$9sJkMZJ5Jz0000000000000000000000000000000:19700:0:99999:7:::\n'
	put 600 /etc/item.conf 'token=MARKERitem\n'
	check "dracut makes one for this host" dracut_makes -H --include /etc/wpa_supplicant/wpa_supplicant.conf /etc/wifi.conf
	check "that has secrets" same "$(markers_of dracut.img)" "modprobe shadow wireless "
	list_initrd dracut.img
	check "modprobe.d" named /etc/modprobe.d/secret.conf '' "dracut's module kernel-modules"
	check "root's hash" named /etc/shadow 'password hashes' "dracut's module base"
	check "what --include added is named too" grep -q '/etc/wifi.conf in the clear: a network password' "$SCRATCH/said"
	echo ETCSEAL_FILES=strict >"$conf"
	check "strict: dracut fails, and leaves none" refuses dracut_makes -H
	check "strict: not for what --include adds either" refuses dracut_makes -N --include /etc/wpa_supplicant/wpa_supplicant.conf /etc/wifi.conf
	check "nor for what --install adds" refuses dracut_makes -N --install /etc/item.conf
	check "strict: one that isn't for this host is made" dracut_makes -N
	check "and has none" same "$(markers_of dracut.img)" ""
	echo "ETCSEAL_FILES=strict ETCSEAL_LEAVE_OUT='/etc/modprobe.d/secret.conf /etc/shadow /etc/wifi.conf /etc/item.conf' ETCSEAL_ALLOW='$owner'" >"$conf"
	check "strict, with what is left out" dracut_makes -H --include /etc/wpa_supplicant/wpa_supplicant.conf /etc/wifi.conf --install /etc/item.conf
	check "it is made without them" same "$(markers_of dracut.img)" ""
	check "and its work was in RAM" bash -c "! grep 'made on disk' '$SCRATCH/said'"
}

# What a packed initramfs leaves behind: nobody finds it by its text.
left_after() { # commands, with the old one as $1 and the new one as $2
	local disk=$SCRATCH/left.img mount=$SCRATCH/left
	rm -f "$disk"
	truncate -s 100M "$disk"
	mke2fs -q -t ext4 "$disk"
	mkdir -p "$mount"
	mount -o loop "$disk" "$mount"
	cp "$SCRATCH/leaky" "$mount/initrd"
	sync -f "$mount"
	bash -ec "$1" - "$mount/initrd" "$tree/boot/initrd.img-$version"
	umount "$mount"
	! grep -qa MARKER "$disk" || die "the initramfs isn't packed"
	"$BUILD/tests-ovmf/unpack" "$disk" | sed 's/.* //' | sort -u | tr '\n' ' '
}

leftovers() {
	local all="iscsi keyfile mdadm modprobe wireless " replace='cp "$2" "$1.new"; sync -f "$1"; mv "$1.new" "$1"; sync -f "$1"'
	check "one that is replaced, as update-initramfs does, is in free blocks" same "$(left_after "$replace")" "$all"
	check "one that is removed is" same "$(left_after 'rm "$1"')" "$all"
	check "one that is overwritten first isn't" same "$(left_after 'shred -u "$1"; cp "$2" "$1"')" ""
	check "nor is one whose blocks are discarded" same "$(left_after "$replace; fstrim \"\${1%/*}\"")" ""
	check "or overwritten by filling the disk" same \
		"$(left_after "$replace; dd if=/dev/zero of=\"\$1.fill\" bs=1M 2>/dev/null || :; sync -f \"\$1\"; rm \"\$1.fill\"")" ""
	truncate -s 64M "$SCRATCH/esp.img"
	mformat -i "$SCRATCH/esp.img" ::
	mcopy -i "$SCRATCH/esp.img" "$SCRATCH/leaky" ::/old.efi
	mdel -i "$SCRATCH/esp.img" ::/old.efi
	check "one that is removed from the boot partition is in its free blocks" same \
		"$("$BUILD/tests-ovmf/unpack" "$SCRATCH/esp.img" | sed 's/.* //' | sort -u | tr '\n' ' ')" "$all"
}

truncate -s 20M "$tree/tmp/luks"
loop=$(losetup -f --show "$tree/tmp/luks")
trap 'losetup -d "$loop"; scratch_end' EXIT
plant
echo 'ETCSEAL_FILES=strict' >"$settings"
make_initrd || :
ways_out
leftovers
dracut_ways
