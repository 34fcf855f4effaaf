# SPDX-License-Identifier: Apache-2.0
# How an administrator keeps the secrets of lib/debian_variants.sh's "lived" out of the next initramfs: etcseal(8), FILES IN THE
# INITRAMFS. Sourced, in a guest and outside of one.
adopt_mend() { # root, the script for init-premount
	local conf=$1/etc/initramfs-tools
	cat >"$conf/conf.d/etcseal" <<-'END'
		ETCSEAL_INITRAMFS=yes
		ETCSEAL_FILES=strict
		ETCSEAL_ALLOW="/conf/* /scripts/*"
		ETCSEAL_LEAVE_OUT="/etc/modprobe.d/secret.conf /etc/modprobe.d/loop.conf"
	END
	sed -i '/^mkdir\|^cp/d' "$conf/hooks/site"
	mkdir -p "$conf/scripts/init-premount"
	cp "$2" "$conf/scripts/init-premount/opened"
	chmod 755 "$conf/scripts/init-premount/opened"
}
