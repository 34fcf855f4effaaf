# SPDX-License-Identifier: Apache-2.0
# A boot on a disk that records its writes (endure/recorder.c). The record is in the machine's folder, recorded/.

mark_block() { # disk image: a block of 4096 bytes after the last partition, before the second table
	local end
	end=$(sfdisk -d "$1" | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p' | awk '{ e = $1 + $2 } END { print e }')
	echo $(((end + 15) / 8 + 1))
}

record_boot() { # machine, name, options of machine_boot
	local status=0 recorder i
	mkdir -p "$1/recorded/tpm"
	(owned "$BUILD/tests-ovmf/recorder" "$1/disk.sock" "$1/disk.img" "$1/recorded/log" "$1/tpm/tpm2-00.permall" \
		"$1/recorded/tpm" 2>"$1/recorded/err") &
	recorder=$!
	for ((i = 0; i < 100; i++)); do
		[ ! -S "$1/disk.sock" ] || break
		sleep 0.05
	done
	MACHINE_DISK=cache=writeback,file=nbd:unix:$1/disk.sock
	machine_boot "$@" || status=1
	MACHINE_DISK=
	ended_within $recorder 10 || kill $recorder 2>/dev/null || :
	wait $recorder || status=1
	return $status
}
