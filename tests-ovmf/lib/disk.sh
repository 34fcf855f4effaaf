# SPDX-License-Identifier: Apache-2.0
# The disk that machines start with: GPT, a boot partition (FAT, \EFI and \etcseal) and the root file system.

ESP_START=2048 ESP_SECTORS=524288
ESP_OFFSET=$((ESP_START * 512))

disk_make() { # disk image, root file system image, a line of sfdisk for a third partition
	local root_sectors=$(($(stat -c %s "$2") / 512))
	rm -f "$1"
	local third=${3:-} third_sectors=0
	[ -z "$third" ] || third_sectors=$(sed 's/.*size=\([0-9]*\).*/\1/' <<<"$third")
	truncate -s $(((ESP_START + ESP_SECTORS + root_sectors + third_sectors + 2048) * 512)) "$1"
	sfdisk -q "$1" <<-PARTITIONS
		label: gpt
		label-id: 7d8f0e5a-6a4c-4f0e-9d2b-3b1c5e7a9f01
		start=$ESP_START, size=$ESP_SECTORS, type=uefi, uuid=0f5c2a9e-91d3-4d0c-8a37-5be2c4d6e801, name=boot
		start=$((ESP_START + ESP_SECTORS)), size=$root_sectors, type=linux, name=root
		$third
	PARTITIONS
	mformat -i "$1@@$ESP_OFFSET" -T $ESP_SECTORS -h 64 -s 32 -c 16 -v BOOT ::
	dd if="$2" of="$1" bs=1M seek=$(((ESP_START + ESP_SECTORS) * 512))B conv=notrunc,sparse status=none
}

esp_put() { # disk, file, path on the boot partition, "/EFI/…"; folders are made
	local folder part
	folder='' part=${3%/*}
	local IFS=/
	for part in ${part#/}; do
		folder=$folder/$part
		mmd -i "$1@@$ESP_OFFSET" -D s "::$folder" >/dev/null 2>&1 || :
	done
	mcopy -i "$1@@$ESP_OFFSET" -D o -o "$2" "::$3"
}

esp_get() { # disk, path on the boot partition, file
	mcopy -i "$1@@$ESP_OFFSET" -n -o "::$2" "$3"
}

esp_remove() { # disk, path (a folder with everything in it)
	mdeltree -i "$1@@$ESP_OFFSET" "::$2"
}

esp_list() { # disk, folder: every file beneath, one a line
	mdir -i "$1@@$ESP_OFFSET" -/ -b "::$2" 2>/dev/null
}

# Whether the root file system needs no repair.
e2fsck_clean() { # disk
	local root=$SCRATCH/root-to-check
	dd if="$1" of="$root" bs=1M skip=$(((ESP_START + ESP_SECTORS) * 512))B conv=sparse status=none
	e2fsck -fn "$root"
	local status=$?
	rm "$root"
	return $status
}
