#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A stock Debian with secrets of twelve kinds in /etc from before, some of them in its initramfs: adopted at `init`, kept out of a
# new initramfs and image, and after the next start no byte of them is on the disk outside the archive, unpacked or not. Control:
# before, all twelve are found, and three in the boot image.
# ADOPT=whole: the guest makes the new initramfs itself, and its disk discards nothing.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
. "$OVMF/lib/debian.sh"
. "$OVMF/lib/markers.sh"
debian_parts lived mended
debian_image lived usual "$SCRATCH/image.efi"
debian_disk "$SCRATCH/image.efi" "$SCRATCH/disk.img" "$DEBIAN_OUT/lived/root.ext4"
OVMF_DISK=$SCRATCH/disk.img machine_make "$SCRATCH/m" "$UUID_HOST" tpm
for job in first look after; do
	job_make "$SCRATCH/job-$job" adopt-$job
done
cp "$OVMF/guest/debian/opened" "$SCRATCH/job-first/"
if [ "${ADOPT:-}" = whole ]; then
	MACHINE_MORE=(-global virtio-blk-device.discard=off)
	touch "$SCRATCH/job-after/control"
else
	cp "$DEBIAN_OUT/mended/initrd" "$SCRATCH/job-first/initrd.mended"
fi
disk=$SCRATCH/m/disk.img next='image=\EFI\etcseal\next.efi'
before=$(markers_found "$disk") in_image=$(markers_in_image "$disk" /EFI/etcseal/etcseal.efi)
machine_boot "$SCRATCH/m" first "job=$SCRATCH/job-first" bound=900 || :
sealed=$(markers_found "$disk") in_next=$(markers_in_image "$disk" /EFI/etcseal/next.efi)
machine_boot "$SCRATCH/m" look "job=$SCRATCH/job-look" "$next" bound=400 || :
removed=$(markers_unpacked "$disk")
machine_boot "$SCRATCH/m" after "job=$SCRATCH/job-after" "$next" bound=900 || :

a=$SCRATCH/m/boots/first b=$SCRATCH/m/boots/look c=$SCRATCH/m/boots/after
check "control: before, the disk shows all secrets" same "$before" "$(markers_all)"
check "control: three of them are in the boot image's initramfs" same "$in_image" "cryptkey modoption networkpsk "
check "init adopts them" says "$a" init-exit 0
check "and lists each of them as waiting" markers_listed "$a/out/below.txt" pending
check "it names the secrets to renew" grep -q 'set new passwords' "$a/out/init.txt"
check "and says what the boot image has" grep -q 'etcseal.efi has 3 secrets in the clear' "$a/out/init.txt"
check "and changes nothing below while the system runs" same "$sealed" "$(markers_all)"
check "status says what waits" says "$a" pending yes
check "the old image is refused for what it has" says "$a" strict-before 1
for path in /etc/modprobe.d/secret.conf /etc/NetworkManager/system-connections/home.nmconnection /etc/keys/data.key; do
	check "$path is named in it" grep -q "$path: " "$a/out/files-before.txt"
done
check "Debian's tools make an initramfs without them" says "$a" update-exit 0
check "which makes a strict image" says "$a" build-exit 0
check "that the host is sealed to" says "$a" reseal-exit 0
check "and none of them is in it" same "$in_next" ""
check "the next boot opens by the TPM" says "$b" opened-by tpm
check "and tells of the removal" shows "$b" 'etcseal: removed [0-9]+ files? from below'
check "a module gets its option from the opened configuration" says "$b" loop-option 13
check "then none of those in /etc is on the disk, nor in any initramfs or what is left of one" same "$removed" "$(markers_copies | cut -d' ' -f1 | sort | tr '\n' ' ')"
check "watch adopts the copies elsewhere, which the preset covers" says "$b" copies-adopted 3
check "and one start later they are gone too" same "$(markers_unpacked "$disk")" ""
check "every file is as it was" same "$(said "$b/serial.log" sums)" "$(said "$a/serial.log" sums)"
check "nothing is left below" says "$b" below ""
check "and the image that runs has none" bash -c "! grep -E 'secrets? in the clear' '$b/out/below.txt'"
check "the list of mounts names a folder that can be found" says "$b" lower "/run/etcseal/below/etc"
check "which is there" says "$b" lower-there yes
check "read-only" says "$b" lower-writable no
check "no unit failed" says "$b" failed-units ""
check "what is changed afterwards is there after one more start" says "$c" changed "a new password"
check "what is removed afterwards stays away" says "$c" gone yes
check "still nothing is left below" says "$c" below ""
check "the root file system is sound" e2fsck_clean "$disk"
if [ "${ADOPT:-}" = whole ]; then
	check "the initramfs was made in RAM" bash -c "! grep 'made on disk' '$a/out/update-initramfs.txt'"
	check "a disk that discards nothing is named" shows "$b" "free blocks"
	check "control: made on disk, which is said" grep -q 'made on disk, in /var/tmp' "$c/out/update-initramfs.txt"
	check "what was left out is in free blocks afterwards" same "$(markers_unpacked "$disk")" "modoption "
fi
