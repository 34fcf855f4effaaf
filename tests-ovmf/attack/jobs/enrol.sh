# SPDX-License-Identifier: Apache-2.0
# With the key exchange key, db and dbx can be appended to from a running system.
. ./witness.sh
append() { # variable, signed list
	./append /sys/firmware/efi/efivars/$1-d719b2cb-3d3a-4596-a3bc-dad00e67656f "$2" 2>&1 && echo yes
}
[ ! -e db.auth ] || say db-appended "$(append db db.auth)"
[ ! -e dbx.auth ] || say dbx-appended "$(append dbx dbx.auth)"
