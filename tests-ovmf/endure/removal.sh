#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The power goes at every write of a removal of adopted files. The file system is a real one, mounted here, on a disk that remembers
# its writes and flushes (endure/recorder.c); no guest is needed. ENDURE=--whole tries every write.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
test=$BUILD/keys/tests/endure/test-removal
cd "$SCRATCH" || exit 1
mkdir -p tree/{etc/own/deep,etc/ssl,usr/share/base-passwd,var/lib/dpkg/info,home} root tpm
for i in $(seq 40); do
	echo "MARKER$i of a file that was there before" >"tree/etc/file-$i"
done
head -c 300000 < <(yes "MARKER of a larger file, which takes more than one block") >tree/etc/own/deep/large
echo "MARKER in a name of its own and another" >tree/etc/ssl/one
ln tree/etc/ssl/one tree/etc/ssl/two
ln -s own/deep tree/etc/link
echo 'root:*:0:0:root:/root:/bin/bash' | tee tree/usr/share/base-passwd/passwd.master >tree/etc/passwd
echo 'MARKER:x:1000:1000::/home:/bin/sh' >>tree/etc/passwd
printf '/dev/vda3 /usr ext4 ro 0 2\n//nas/MARKER /srv cifs password=MARKER 0 0\n' >tree/etc/fstab
printf 'Package: base-passwd\nStatus: install ok installed\n' >tree/var/lib/dpkg/status
printf '%s\n' /etc /usr/share/base-passwd/passwd.master >tree/var/lib/dpkg/info/base-passwd.list
(cd tree && md5sum usr/share/base-passwd/passwd.master >var/lib/dpkg/info/base-passwd.md5sums)
truncate -s 24M base.img
mke2fs -q -t ext4 -d tree base.img
cp base.img disk.img
: >tpm-state
"$test" --list tree >list

(owned "$BUILD/tests-ovmf/recorder" "$SCRATCH/disk.sock" "$SCRATCH/disk.img" "$SCRATCH/log" "$SCRATCH/tpm-state" "$SCRATCH/tpm" 2>err) &
recorder=$!
wait_for_path() { # path
	local i
	for ((i = 0; i < 200; i++)); do
		[ ! -e "$1" ] || return 0
		sleep 0.05
	done
	die "$1 didn't appear"
}
wait_for_path "$SCRATCH/disk.sock"
: >exported.img
(owned qemu-storage-daemon --blockdev "driver=nbd,node-name=n,server.type=unix,server.path=$SCRATCH/disk.sock" \
	--export "type=fuse,id=e,node-name=n,mountpoint=$SCRATCH/exported.img,writable=on" --pidfile "$SCRATCH/qsd.pid" 2>>err) &
exporter=$!
wait_for_path "$SCRATCH/qsd.pid"
removed=no
loop=$(losetup -f --show "$SCRATCH/exported.img")
mount "$loop" root
! "$test" --remove root list || removed=yes
umount root
losetup -d "$loop"
kill $exporter 2>/dev/null || :
wait $exporter 2>/dev/null || :
kill $recorder 2>/dev/null || :
wait $recorder 2>/dev/null || :
check "the removal succeeds" same "$removed" yes
CMOCKA_MESSAGE_OUTPUT=TAP "$test" "${ENDURE:---quick}" "$SCRATCH/base.img" "$SCRATCH/log" "$SCRATCH/list" >removal.txt 2>&1 || :
cat removal.txt
check "at any cut each file is whole or gone, and the next start leaves nothing of any" grep -q '^ok 1 ' removal.txt
