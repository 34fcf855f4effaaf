# SPDX-License-Identifier: Apache-2.0
# Images that a stub must refuse, each made from a sound one with one change. Offsets of the PE format: Microsoft, "PE
# Format".

le32() { # file, offset: an unsigned number
	od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '
}

put32() { # file, offset, number
	local b=$3 i
	for i in 0 1 2 3; do
		# shellcheck disable=SC2059
		printf "\\x$(printf %02x $((b >> (8 * i) & 255)))"
	done | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

section_header() { # file, section: offset of its header
	local pe count table i name
	pe=$(le32 "$1" 60)
	count=$(od -An -tu2 -j $((pe + 6)) -N 2 "$1")
	table=$((pe + 24 + $(od -An -tu2 -j $((pe + 20)) -N 2 "$1")))
	for ((i = 0; i < count; i++)); do
		name=$(dd if="$1" bs=1 skip=$((table + 40 * i)) count=8 status=none | tr -d '\000')
		[ "$name" != "$2" ] || {
			echo $((table + 40 * i))
			return
		}
	done
	die "$1 has no section $2"
}

section_rename() { # file, section, name
	printf '%s\0\0\0\0\0\0\0\0' "$3" | head -c 8 |
		dd of="$1" bs=1 seek="$(section_header "$1" "$2")" conv=notrunc status=none
}

hostile_make() { # sound image, what is wrong, file
	local header
	cp "$1" "$3"
	case $2 in
	no-linux) section_rename "$3" .linux .other ;;
	no-initrd) section_rename "$3" .initrd .other ;;
	no-cmdline) section_rename "$3" .cmdline .other ;;
	two-cmdlines) section_rename "$3" .uname .cmdline ;;
	two-initrds) section_rename "$3" .osrel .initrd ;;
	overlap) put32 "$3" $(($(section_header "$3" .osrel) + 12)) "$(le32 "$3" $(($(section_header "$3" .cmdline) + 12)))" ;;
	beyond) put32 "$3" $(($(section_header "$3" .initrd) + 8)) $((0x7fffffff)) ;;
	no-kernel) # .linux isn't a PE image
		header=$(section_header "$3" .linux)
		printf 'not a kernel' | dd of="$3" bs=1 seek="$(le32 "$3" $((header + 20)))" conv=notrunc status=none
		;;
	cut) truncate -s $(($(stat -c %s "$3") / 2)) "$3" ;;
	*) die "hostile_make: what is $2?" ;;
	esac
}
