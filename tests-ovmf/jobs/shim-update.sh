# SPDX-License-Identifier: Apache-2.0
# With shim: an update, which then replaces the running image before the command is asked about it again.
. ./update.sh
cp "$next" /efi/EFI/BOOT/grubx64.efi
etcseal check --image=/efi/EFI/BOOT/grubx64.efi >/run/out/check-replaced.txt 2>&1
say check-replaced $?
etcseal reseal --image=/efi/EFI/BOOT/grubx64.efi >/run/out/reseal-replaced.txt 2>&1
say reseal-replaced $?
