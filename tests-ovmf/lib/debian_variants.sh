# SPDX-License-Identifier: Apache-2.0
# Initramfses that a test needs beside the product's own ("plain"): each takes one defence out of the installed scripts, or puts a
# stand-in for the helper in. Each carries a file for what was done; debian_marked checks that all have theirs and plain has none.
#
#   dying             the helper dies as the second disk says (guest/debian/etcseal-boot)
#   dying-unguarded   and init doesn't insist: scripts/etcseal isn't sourced
#   unguarded         init doesn't insist
#   resumes           the initramfs' own resume isn't switched off
#
# Of another kind is "lived": a host that had secrets of twelve kinds in /etc (markers.sh) when its initramfs was made. In "mended"
# its administrator has kept them out (jobs/adopt-mend.sh).

debian_variant() { # variant, tree
	case $1 in
	plain) ;;
	lived) variant_lived "$2" ;;
	mended)
		variant_lived "$2"
		. "$OVMF/jobs/adopt-mend.sh"
		adopt_mend "$2" "$OVMF/guest/debian/opened"
		;;
	dying) variant_dies "$2" ;;
	dying-unguarded)
		variant_dies "$2"
		variant_unguarded "$2"
		;;
	unguarded) variant_unguarded "$2" ;;
	resumes) variant_resumes "$2" ;;
	*) die "debian_variant: what is $1?" ;;
	esac
}

variant_mark() { # tree, what was done
	local to=$1/usr/share/etcseal-test
	mkdir -p "$to"
	install -m 0755 "$OVMF/guest/debian/hook" "$1/usr/share/initramfs-tools/hooks/zz-etcseal-test"
	: >"$to/without-$2"
}

variant_dies() { # tree
	variant_mark "$1" helper
	install -m 0755 "$OVMF/guest/debian/etcseal-boot" "$1/usr/share/etcseal-test/"
}

variant_edit() { # file, sed's script: which must change it
	sed -i.before "$2" "$1"
	! cmp -s "$1" "$1.before" || die "$1: nothing to change for $2"
	rm "$1.before"
}

# What an administrator's hook takes along: the wireless network's password, and a disk's key.
variant_lived() { # tree
	markers_plant_tree "$1"
	echo 'options loop max_loop=13' >"$1/etc/modprobe.d/loop.conf"
	install -m 0755 "$OVMF/guest/debian/site-hook" "$1/etc/initramfs-tools/hooks/site"
}

variant_unguarded() { # tree
	variant_mark "$1" guard
	variant_edit "$1/usr/share/initramfs-tools/hooks/etcseal" '/^printf/d'
}

variant_resumes() { # tree
	variant_mark "$1" no-resume
	variant_edit "$1/usr/share/initramfs-tools/scripts/etcseal" '/export noresume/d'
}

debian_marked() { # tree, variant, initrd in it
	local found
	found=$(debian_chroot "$1" lsinitramfs "$3" | sed -n 's#^conf/without-##p' | sort | tr '\n' ' ')
	case $2 in
	plain | lived | mended) same "$found" "" ;;
	dying) same "$found" "helper " ;;
	dying-unguarded) same "$found" "guard helper " ;;
	unguarded) same "$found" "guard " ;;
	resumes) same "$found" "no-resume " ;;
	esac || die "the initramfs of $2 isn't what it should be"
}
