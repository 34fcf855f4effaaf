# SPDX-License-Identifier: Apache-2.0
# What an administrator does about an initramfs that has secrets, as etcseal(8) says: AN INITRAMFS THAT HAD SECRETS. Sourced.
. ./adopt-mend.sh
esp=/boot/efi/EFI/etcseal initrd=$(echo /boot/initrd.img-*)
etcseal image inspect --files --strict $esp/etcseal.efi >/run/out/files-before.txt 2>&1
say strict-before $?
adopt_mend '' opened
shred "$initrd"
start=$(cut -d. -f1 /proc/uptime)
if [ -s initrd.mended ]; then
	cp initrd.mended "$initrd"
else
	update-initramfs -u >/run/out/update-initramfs.txt 2>&1
fi
say update-exit $?
say update-seconds $(($(cut -d. -f1 /proc/uptime) - start))
etcseal image build --from=$esp/etcseal.efi --initrd="$initrd" --strict --allow='/conf/*' --allow='/scripts/*' --output=$esp/next.efi \
	>/run/out/build.txt 2>&1
say build-exit $?
etcseal backup >/run/out/backup.txt 2>&1
etcseal reseal --image=$esp/next.efi >/run/out/reseal.txt 2>&1
say reseal-exit $?
