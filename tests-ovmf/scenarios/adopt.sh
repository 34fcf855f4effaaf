#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A stock Debian with secrets of twelve kinds in /etc from before: adopted at `init`, and after the next start no byte of them is on the
# disk outside the archive. Control: before, all twelve are found.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
. "$OVMF/lib/debian.sh"
. "$OVMF/lib/markers.sh"
debian_parts plain
cp --sparse=always "$DEBIAN_OUT/plain/root.ext4" "$SCRATCH/root.ext4"
markers_plant "$SCRATCH/root.ext4"
debian_image plain usual "$SCRATCH/image.efi"
debian_disk "$SCRATCH/image.efi" "$SCRATCH/disk.img" "$SCRATCH/root.ext4"
OVMF_DISK=$SCRATCH/disk.img machine_make "$SCRATCH/m" "$UUID_HOST" tpm
for job in first look after; do
	job_make "$SCRATCH/job-$job" adopt-$job
done
before=$(markers_found "$SCRATCH/m/disk.img")
machine_boot "$SCRATCH/m" first "job=$SCRATCH/job-first" bound=400 || :
sealed=$(markers_found "$SCRATCH/m/disk.img")
machine_boot "$SCRATCH/m" look "job=$SCRATCH/job-look" bound=400 || :
removed=$(markers_found "$SCRATCH/m/disk.img")
machine_boot "$SCRATCH/m" after "job=$SCRATCH/job-after" bound=400 || :

a=$SCRATCH/m/boots/first b=$SCRATCH/m/boots/look c=$SCRATCH/m/boots/after
check "control: before, the disk shows all secrets" same "$before" "$(markers_all)"
check "init adopts them" says "$a" init-exit 0
check "and lists each of them as waiting" markers_listed "$a/out/below.txt" pending
check "it names the secrets to renew" grep -q 'set new passwords' "$a/out/init.txt"
check "and changes nothing below while the system runs" same "$sealed" "$(markers_all)"
check "status says what waits" says "$a" pending yes
check "the next boot opens by the TPM" says "$b" opened-by tpm
check "and tells of the removal" shows "$b" 'etcseal: removed [0-9]+ files? from below'
check "then none of those in /etc is on the disk" same "$removed" "$(markers_copies | cut -d' ' -f1 | tr '\n' ' ')"
check "watch adopts the copies elsewhere, which the preset covers" says "$b" copies-adopted 3
check "and one start later they are gone too" same "$(markers_found "$SCRATCH/m/disk.img")" ""
check "every file is as it was" same "$(said "$b/serial.log" sums)" "$(said "$a/serial.log" sums)"
check "nothing is left below" says "$b" below ""
check "the list of mounts names a folder that can be found" says "$b" lower "/run/etcseal/below/etc"
check "which is there" says "$b" lower-there yes
check "read-only" says "$b" lower-writable no
check "no unit failed" says "$b" failed-units ""
check "what is changed afterwards is there after one more start" says "$c" changed "a new password"
check "what is removed afterwards stays away" says "$c" gone yes
check "still nothing is left below" says "$c" below ""
check "the root file system is sound" e2fsck_clean "$SCRATCH/m/disk.img"
