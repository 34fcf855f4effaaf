# SPDX-License-Identifier: Apache-2.0
# Whoever holds the key exchange key appends to db and dbx from a running system.
. ./witness.sh
append() { # variable, signed list
	var=/sys/firmware/efi/efivars/$1-d719b2cb-3d3a-4596-a3bc-dad00e67656f
	chattr -i "$var" 2>/dev/null
	{ printf '\147\000\000\000'; cat "$2"; } >/tmp/append
	dd if=/tmp/append of="$var" bs=1M 2>/tmp/append-error && echo yes || cat /tmp/append-error
}
[ ! -e db.auth ] || say db-appended "$(append db db.auth)"
[ ! -e dbx.auth ] || say dbx-appended "$(append dbx dbx.auth)"
