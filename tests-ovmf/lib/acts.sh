# SPDX-License-Identifier: Apache-2.0
# The boots that the demo shows and the scenarios start from. Each leaves its files in the machine's folder.

UUID_HOST=6a1c9a58-2a15-4c07-8a2b-0d0f3e6b9a11
UUID_OTHER=b7e3c1d2-88f4-4f5e-9c06-51a7d2e4f320

job_make() { # folder, script of jobs/: what the guest finds on its second disk
	mkdir -p "$1"
	cp "$OVMF"/jobs/*.sh "$1/"
	echo ". ./$2.sh" >"$1/job"
}

act_first_boot() { # machine: unconfigured, sealed, backed up; leaves recovery-key in the machine's folder
	job_make "$1/job-init" init
	machine_boot "$1" first "job=$1/job-init" || return 1
	grep -m1 -oE '([0-9]{6}-){15}[0-9]{6}' "$1/boots/first/out/init.txt" >"$1/recovery-key"
}

act_look() { # machine, name of the boot, further options of machine_boot
	local machine=$1 boot=$2
	shift 2
	job_make "$machine/job-$boot" look
	machine_boot "$machine" "$boot" "job=$machine/job-$boot" "$@"
}

# The recovery key typed at the boot menu, under the option's name; then the guest searches itself for it.
act_recovery() { # machine, name of the boot, option, recovery key
	job_make "$1/job-$2" search
	recovery_needles "$4" >"$1/job-$2/needles"
	machine_boot "$1" "$2" "job=$1/job-$2" "options=$3=$4"
}

recovery_needles() { # key: prints it, and each pair of adjacent groups
	local groups i
	echo "$1"
	IFS=- read -ra groups <<<"$1"
	for ((i = 0; i < ${#groups[@]} - 1; i++)); do
		echo "${groups[i]}-${groups[i + 1]}"
	done
}

section_offset() { # image, section: its offset in the file
	objdump -h "$1" | awk -v name="$2" '$2 == name { print $6 }' | sed 's/^/0x/' | head -n 1
}

# Changes one byte of one section of the image on a machine's boot partition, as a thief would have to.
image_change() { # machine, section, byte of it
	local file=$1/changed.efi offset
	esp_get "$1/disk.img" /EFI/etcseal/etcseal.efi "$file"
	offset=$(($(section_offset "$file" "$2") + $3))
	byte_change "$file" "$offset"
	esp_put "$1/disk.img" "$file" /EFI/etcseal/etcseal.efi
}

byte_change() { # file, offset: flips its lowest bit
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059
	printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
