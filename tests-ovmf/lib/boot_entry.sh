# SPDX-License-Identifier: Apache-2.0
# A firmware boot entry as bytes. UEFI specification, "Load Options" and "Device Paths".

hex() { # pairs of hex digits
	local text=$*
	printf '%b' "$(sed 's/../\\x&/g' <<<"${text// /}")"
}

le() { # number, bytes
	local i
	for ((i = 0; i < $2; i++)); do
		hex "$(printf %02x $(($1 >> (8 * i) & 255)))"
	done
}

utf16() { # text, with its NUL
	printf '%s' "$1" | sed 's/./&\n/g' | tr '\n' '\000'
	hex 0000
}

# The boot partition of disk_make: its GPT number, start, size and GUID.
boot_entry() { # path, options: an EFI variable's attributes, then the entry
	local path
	path=$(mktemp "$SCRATCH/path.XXXXXX")
	{
		hex 04012a00
		le 1 4
		le "$ESP_START" 8
		le "$ESP_SECTORS" 8
		hex 9e2a5c0fd3910c4d8a375be2c4d6e801 0202
		hex 0404
		le $((2 * ${#1} + 6)) 2
		utf16 "$1"
		hex 7fff0400
	} >"$path"
	le 7 4
	le 1 4
	le "$(stat -c %s "$path")" 2
	hex 450053000000 # "ES"
	cat "$path"
	utf16 "$2"
	rm "$path"
}
