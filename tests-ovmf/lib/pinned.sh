# SPDX-License-Identifier: Apache-2.0
# A host whose boot image is pinned to its key: built in the guest itself, from the running image.

PINNED='\EFI\etcseal\one.efi'

act_pin() { # machine, boot's name: leaves one.efi
	esp_put "$1/disk.img" "$BUILD/etcseal-stub-x64.efi" /EFI/etcseal/stub.efi
	job_make "$1/job-$2" pin
	machine_boot "$1" "$2" "job=$1/job-$2"
}

image_cmdline() { # machine, path on its boot partition
	local file=$1/cmdline-of
	esp_get "$1/disk.img" "$2" "$file.efi"
	objcopy -O binary --only-section=.cmdline "$file.efi" "$file"
	tr -d '\0' <"$file"
}
