#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# F8: the firmware starts from a member of an array (md RAID1, metadata 1.0), and Linux mounts the array, or a mapping of it.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
need mdadm dmsetup

array_job() { # folder: with the programs and modules that the guest's root lacks
	local module line
	job_make "$1" array
	echo PARTUUID=0f5c2a9e-91d3-4d0c-8a37-5be2c4d6e801 >"$1/partition"
	mkdir -p "$1"/{bin,lib,modules}
	cp "$(command -v mdadm)" "$(command -v dmsetup)" "$1/bin/"
	ldd "$1"/bin/* | grep -oE '/[^ )]+\.so[^ )]*' | sort -u | while IFS= read -r line; do
		case $line in */libc.so* | */ld-linux*) ;; *) cp -L "$line" "$1/lib/" ;; esac
	done
	for module in md-mod raid1 dm-mod dm-crypt dm-multipath dm-round-robin crypto_null; do
		modprobe -S "$KERNEL_VERSION" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while IFS= read -r line; do
		cp "$line" "$1/modules/"
		basename "$line"
	done >"$1/modules/list"
}

machine_make "$SCRATCH/m" "$UUID_HOST" no-tpm
array_job "$SCRATCH/job-first"
array_job "$SCRATCH/job-again"
touch "$SCRATCH/job-again/again"
machine_boot "$SCRATCH/m" first "job=$SCRATCH/job-first" || :
machine_boot "$SCRATCH/m" again "job=$SCRATCH/job-again" || :
a=$SCRATCH/m/boots/first b=$SCRATCH/m/boots/again
words() { said "$1/serial.log" "$2" || :; }

check "the array is found as the boot partition, and status says through which device" grep -q '^/efi (/dev/md0, which shows what is on /dev/vda1)' <<<"$(words "$a" array-row)"
check "init seals through it" says "$a" init-exit 0
check "and backup saves" says "$a" array-backup-exit 0
check "a mapping on a mapping on a mapping of the array is found too" grep -q 'which shows what is on /dev/vda1' <<<"$(words "$a" mapping-row)"
check "and saved to" says "$a" mapping-backup-exit 0
check "the next boot starts from the member and opens" says "$b" file "over an array"
check "and finds the array again" says "$b" array-get-exit 0
check "another partition is refused" says "$b" other-exit 1
check "with both named" grep -q 'the image came from /dev/vda2 (PARTUUID 0f5c2a9e-.*/efi shows /dev/mapper/paths' <<<"$(words "$b" other)"
check "and advice that fits" grep -q 'Mount the partition that the image came from' <<<"$(words "$b" other)"
check "status names both too" grep -q 'not found (the image came from /dev/vda2' <<<"$(words "$b" other-row)"
if [ -n "${OVMF_SHOW:-}" ]; then cat "$a/out/array.txt" "$b/out/array.txt"; words "$b" other; fi
