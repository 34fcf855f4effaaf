# SPDX-License-Identifier: Apache-2.0
# A host whose image is pinned to its key changes that key, and builds the successor of the image.
. ./look.sh
etcseal recovery rotate --image-output=/efi/EFI/etcseal/two.efi --stub=/efi/EFI/etcseal/stub.efi \
	>/run/out/rotate.txt 2>/run/out/rotate.err
say rotate-exit $?
etcseal status >/run/out/status.txt 2>&1
etcseal check >/run/out/check-one.txt 2>&1
say check-one $?
etcseal check --image=/efi/EFI/etcseal/two.efi >/run/out/check-two.txt 2>&1
say check-two $?
