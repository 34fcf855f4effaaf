# SPDX-License-Identifier: Apache-2.0
# The boot partition through an array and mappings, in place of /dev/vda1, from which the firmware started. PARTUUID:
# the name that udev would give it. The first boot makes the array, and seals.
. ./partition
export LD_LIBRARY_PATH=/run/job/lib
ours() { # program, arguments: the output goes to a file, so that a failure can be read
	echo "== $*" >>/run/out/array.txt
	"$@" >>/run/out/array.txt 2>&1
}
modules() {
	while read -r module; do ours insmod "modules/$module"; done <modules/list
}
link() { # device
	mkdir -p /dev/disk/by-partuuid
	ln -sfn "$1" "/dev/disk/by-partuuid/$PARTUUID"
}
row() { etcseal status 2>>/run/out/array.txt | sed -n 's/^ *Boot partition *//p'; }

link /dev/vda1
umount /efi
modules
if [ ! -e /run/job/again ]; then
	# Its superblock is at the end, so that the firmware sees a FAT file system.
	ours bin/mdadm --create /dev/md0 --metadata=1.0 --level=1 --raid-devices=2 --assume-clean --run /dev/vda1 missing
else
	ours bin/mdadm --assemble --run /dev/md0 /dev/vda1
fi
ours mount -t vfat -o umask=0077,flush /dev/md0 /efi
say array-row "$(row)"
if [ -e /run/job/again ]; then
	say file "$(cat /etc/motd)"
else
	etcseal init >/run/out/init.txt 2>&1
	say init-exit $?
	echo "over an array" >/etc/motd
fi
etcseal backup >/run/out/backup.txt 2>&1
say array-backup-exit $?
etcseal get >/run/out/get.txt 2>&1
say array-get-exit $?

# A mapping of the array without encryption, and one that has two paths to it.
size=$(cat /sys/block/md0/size)
umount /efi
ours bin/dmsetup create --noudevsync esp --table "0 $size linear /dev/md0 0"
ours bin/dmsetup create --noudevsync crypted --table "0 $size crypt cipher_null-ecb - 0 /dev/dm-0 0"
ours bin/dmsetup create --noudevsync paths --table \
	"0 $size multipath 2 queue_mode bio 0 1 1 round-robin 0 1 1 /dev/dm-1 1000"
ours mount -t vfat -o umask=0077,flush /dev/dm-2 /efi
say mapping-row "$(row)"
etcseal backup >/run/out/backup2.txt 2>&1
say mapping-backup-exit $?

# udev would have this link if the firmware had started from another partition.
link /dev/vda2
etcseal backup >/run/out/other.txt 2>&1
say other-exit $?
say other "$(cat /run/out/other.txt)"
say other-row "$(row)"
link /dev/vda1
