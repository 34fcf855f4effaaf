# SPDX-License-Identifier: Apache-2.0
# A host builds an image that opens only its own configuration, and seals to it.
. ./look.sh
one=/efi/EFI/etcseal/one.efi
etcseal image build --from=/efi/EFI/etcseal/etcseal.efi --for-this-host --stub=/efi/EFI/etcseal/stub.efi \
	--output=$one >/run/out/build.txt 2>&1
say build-exit $?
etcseal reseal --image=$one >/run/out/reseal.txt 2>&1
say reseal-exit $?
etcseal check --image=$one >/run/out/check.txt 2>&1
say check-exit $?
