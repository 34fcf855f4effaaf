# SPDX-License-Identifier: Apache-2.0
# Where shim starts the image: an update, which then takes the running image's place before it is asked about once more.
. ./update.sh
cp "$next" /efi/EFI/BOOT/grubx64.efi
etcseal check --image=/efi/EFI/BOOT/grubx64.efi >/run/out/check-replaced.txt 2>&1
say check-replaced $?
etcseal reseal --image=/efi/EFI/BOOT/grubx64.efi >/run/out/reseal-replaced.txt 2>&1
say reseal-replaced $?
