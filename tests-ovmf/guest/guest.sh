#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# /sbin/guest, PID 1 of the test guests' root: mounts what a host has, runs the job of this boot, returns what the job
# left in /run/out, and powers off. The job comes as a tar on the second disk, and its results go back there.
export PATH=/usr/sbin:/usr/bin
mount -t tmpfs tmpfs /tmp
mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2>/dev/null
mount -t vfat -o umask=0077,flush /dev/vda1 /efi
mkdir -p /run/job /run/out
echo "@@ root-reached=yes"

# For the job: name, value. One line on the console, which the harness reads back.
say() { printf '@@ %s=%s\n' "$1" "$(printf '%s' "$2" | tr '\n' ' ')"; }

if tar -xf /dev/vdb -C /run/job; then
	cd /run/job
	. ./job
	echo "@@ job-done=yes"
else
	echo "@@ job-done=no job on the second disk"
fi
cd /
tar -cf /dev/vdb -C /run/out .
umount /efi
sync
poweroff -f
