#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A Debian whose services use twelve secrets in /etc, as they were before etcseal came. They are adopted; after the next start no
# byte of them is on the disk, and every service still does its work. Control: before, all are found, and every service works.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
. "$OVMF/lib/debian.sh"
. "$OVMF/lib/debian_services.sh"
. "$OVMF/lib/secrets.sh"
services_base
DEBIAN_OUT=$SCRATCH/parts
tree=$SCRATCH/tree
mkdir -p "$DEBIAN_OUT/plain"
debian_tree "$tree"
secrets_plant "$tree" "$SCRATCH/secrets"
# The way out for options of modprobe, as etcseal(8) describes it: a module that is loaded later finds them.
echo 'ETCSEAL_LEAVE_OUT="/etc/modprobe.d/zz-secret.conf"' >>"$tree/etc/initramfs-tools/conf.d/etcseal"
cp "$tree"/boot/vmlinuz-* "$DEBIAN_OUT/plain/linux"
debian_initrd "$tree" plain "$DEBIAN_OUT/plain/initrd"
truncate -s 2G "$SCRATCH/root.ext4"
mke2fs -q -t ext4 -L root -d "$tree" "$SCRATCH/root.ext4"
"$BUILD/etcseal" image inspect --files --quiet "$DEBIAN_OUT/plain/initrd" >"$SCRATCH/files.txt" 2>&1 || :
rm -rf --one-file-system "$tree"
debian_image plain usual "$SCRATCH/image.efi"
debian_disk "$SCRATCH/image.efi" "$SCRATCH/disk.img" "$SCRATCH/root.ext4"
rm "$SCRATCH/root.ext4"
OVMF_DISK=$SCRATCH/disk.img machine_make "$SCRATCH/m" "$UUID_HOST" tpm
rm "$SCRATCH/disk.img"
for job in first after; do
	job_make "$SCRATCH/job-$job" services-$job
	cp "$SECRETS"/{login,known_hosts,wireguard.pub,psk,token} "$SCRATCH/job-$job/"
done
before=$(secrets_found "$SCRATCH/m/disk.img")
machine_boot "$SCRATCH/m" first "job=$SCRATCH/job-first" bound=900 || :
sealed=$(secrets_found "$SCRATCH/m/disk.img")
machine_boot "$SCRATCH/m" second "job=$SCRATCH/job-after" bound=900 || :
removed=$(secrets_found "$SCRATCH/m/disk.img")

a=$SCRATCH/m/boots/first b=$SCRATCH/m/boots/second
works() { # boot's folder
	says "$1" login 0 && says "$1" hostkey 'Permission denied' && says "$1" wireguard same && says "$1" network same &&
		says "$1" web-and-apt fetched && says "$1" share 'from the share' && says "$1" modprobe 3 && says "$1" crypttab active &&
		says "$1" cron same
}
check "control: before, the disk shows all twelve secrets" same "$before" "$(secrets_all)"
check "control: before, every service works" works "$a"
check "init adopts them" says "$a" init-exit 0
check "they are on the disk until the next start" same "$sealed" "$(secrets_all)"
check "the next start opens by the TPM" says "$b" opened-by tpm
check "it removes them" shows "$b" 'etcseal: removed [0-9]+ files? from below'
check "then none of them is on the disk" same "$removed" ""
check "and every service works" works "$b"
check "no unit failed" says "$b" failed-units "$(said "$a/serial.log" failed-units)"
check "the next boot is predicted to open" says "$b" check-next 0
check "the root file system is sound" e2fsck_clean "$SCRATCH/m/disk.img"
