# SPDX-License-Identifier: Apache-2.0
# What the command says about images that shim won't start, and about a pending request to shim's key manager.
. ./init.sh
for image in no-sbat modules unsigned stranger; do
	etcseal check --image=/efi/EFI/etcseal/$image.efi >/run/out/check-$image.txt 2>&1
	say check-$image "$? $(grep -c "won't be started at all" /run/out/check-$image.txt)"
	etcseal reseal --image=/efi/EFI/etcseal/$image.efi >/run/out/reseal-$image.txt 2>&1
	say reseal-$image $?
done
etcseal check >/run/out/check-now.txt 2>&1
say check-now $?
# As mokutil makes the request: a list of keys. Any bytes will do until somebody is at the console.
printf '\007\000\000\000request' >/sys/firmware/efi/efivars/MokNew-605dab50-e046-4300-abb6-3dd810dd8b23
say requested $?
etcseal check >/run/out/check-request.txt 2>&1
say check-request $?
