#!/usr/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# /init of the attacker's initrd, without helper and fence.
export PATH=/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec >/dev/console 2>&1
echo "@@ attacker=ran"
while read -r module; do insmod "/modules/$module" 2>/dev/null; done </modules/list
mkdir -p /efi
mount -t vfat -o ro /dev/vda1 /efi
echo "@@ unseal=$(unseal /efi/etcseal)"
poweroff -f
