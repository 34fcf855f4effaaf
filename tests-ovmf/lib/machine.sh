# SPDX-License-Identifier: Apache-2.0
# A machine is a folder: disk.img, vars.fd (its firmware's variables), uuid (DMI), and tpm/ if it has a TPM. A boot of it
# leaves boots/NAME/: serial.log, out/ (what the job left), and the logs of QEMU and swtpm.

# Further options for QEMU, set by a test.
MACHINE_MORE=()
# The disk, in QEMU's syntax; by default disk.img, with nothing that a flush would wait for.
MACHINE_DISK=

machine_make() { # folder, DMI UUID, "tpm" or "no-tpm", PCR banks
	mkdir -p "$1/boots"
	cp --sparse=always "$OVMF_DISK" "$1/disk.img"
	cp "$OVMF_VARS" "$1/vars.fd"
	echo "$2" >"$1/uuid"
	[ "$3" = no-tpm ] || tpm_make "$1/tpm" "${4:-sha256}"
}

machine_copy() { # from, to: the same machine at the same moment, to continue differently
	mkdir -p "$2/boots"
	cp --sparse=always "$1/disk.img" "$1/vars.fd" "$1/uuid" "$2/"
	[ ! -d "$1/tpm" ] || cp -r "$1/tpm" "$2/tpm"
	[ ! -e "$1/secure-boot" ] || touch "$2/secure-boot"
}

# The options of a boot, as NAME=VALUE words:
#   job=FOLDER   contains `job`, which guest/guest.sh runs, and what that needs
#   options=TEXT typed at the boot menu
#   image=PATHS  on the boot partition, one a line; the next is tried when one is refused. Default: \EFI\etcseal\etcseal.efi
#   bound=SECONDS
#   first=entry  starts the firmware's own boot entries, not the disk's menu
machine_options() {
	local word
	BOOT_JOB='' BOOT_OPTIONS='' BOOT_IMAGE='' BOOT_BOUND=$OVMF_BOOT_BOUND BOOT_FIRST=,bootindex=0
	for word in "$@"; do
		case $word in
		job=*) BOOT_JOB=${word#*=} ;;
		options=*) BOOT_OPTIONS=${word#*=} ;;
		image=*) BOOT_IMAGE=${word#*=} ;;
		bound=*) BOOT_BOUND=${word#*=} ;;
		first=*) BOOT_FIRST= ;;
		*) die "machine_start: what is $word?" ;;
		esac
	done
}

machine_job_disk() { # folder of the boot
	truncate -s 16M "$1/job.img"
	[ -z "$BOOT_JOB" ] || tar -cf - -C "$BOOT_JOB" . | dd of="$1/job.img" conv=notrunc status=none
}

# In files, so that what is typed at the menu isn't in a process list either. Sets BOOT_FW_CFG.
machine_menu() { # folder of the boot
	local name
	printf '%s' "$BOOT_OPTIONS" >"$1/options"
	printf '%s' "$BOOT_IMAGE" >"$1/image"
	BOOT_FW_CFG=()
	for name in options image; do
		[ ! -s "$1/$name" ] || BOOT_FW_CFG+=(-fw_cfg "name=opt/etcseal.test/$name,file=$1/$name")
	done
}

# Secure Boot needs the build of OVMF that protects its variables with system management mode. Sets BOOT_FIRMWARE.
machine_firmware() { # machine
	local code=$OVMF_CODE
	BOOT_FIRMWARE=(-M q35)
	if [ -e "$1/secure-boot" ]; then
		code=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd
		BOOT_FIRMWARE=(-M q35,smm=on -global ICH9-LPC.disable_s3=1 -global driver=cfi.pflash01,property=secure,value=on)
	fi
	BOOT_FIRMWARE+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=$code"
		-drive "if=pflash,unit=1,format=raw,file=$1/vars.fd")
}

machine_start() { # folder, name of the boot, options: sets BOOT, QEMU_PID
	local machine=$1 tpm=()
	BOOT=$1/boots/$2
	shift 2
	machine_options "$@"
	mkdir -p "$BOOT/out"
	machine_job_disk "$BOOT"
	machine_menu "$BOOT"
	machine_firmware "$machine"
	if [ -d "$machine/tpm" ]; then
		tpm_start "$machine/tpm" "$machine/tpm.sock" "$BOOT/swtpm.log"
		tpm=(-chardev "socket,id=tpm,path=$machine/tpm.sock" -tpmdev emulator,id=tpm,chardev=tpm
			-device tpm-crb,tpmdev=tpm)
	fi
	mkfifo "$BOOT/console.in" "$BOOT/console.out"
	(owned cat "$BOOT/console.out" >/dev/null) &
	: >"$BOOT/serial.log"
	# shellcheck disable=SC2086
	(owned qemu-system-x86_64 "${BOOT_FIRMWARE[@]}" $OVMF_ACCEL -m 512 -smp 1 -uuid "$(cat "$machine/uuid")" \
		-nodefaults -display none -no-reboot \
		-chardev "pipe,id=serial,path=$BOOT/console,logfile=$BOOT/serial.log" -serial chardev:serial \
		-drive "if=none,id=disk,format=raw,${MACHINE_DISK:-cache=unsafe,file=$machine/disk.img}" \
		-device "virtio-blk-pci,drive=disk$BOOT_FIRST" \
		-drive "if=none,id=job,format=raw,cache=unsafe,file=$BOOT/job.img" -device virtio-blk-pci,drive=job \
		"${tpm[@]}" "${BOOT_FW_CFG[@]}" "${MACHINE_MORE[@]}" >"$BOOT/qemu.log" 2>&1 </dev/null) &
	QEMU_PID=$!
}

# Opened for reading and writing: a guest that has just ended reads nothing, and the writer would wait for it forever.
machine_type() { # text, a line for the guest's console
	printf '%s\r' "$1" 1<>"$BOOT/console.in"
}

machine_sees() { # pattern, seconds
	wait_line "$BOOT/serial.log" "$1" "$2" "$QEMU_PID"
}

machine_end() { # waits for the guest to power off; fails if it must be killed
	local status=0
	ended_within "$QEMU_PID" "$BOOT_BOUND" || status=1
	[ $status -eq 0 ] || kill "$QEMU_PID" 2>/dev/null || :
	wait "$QEMU_PID" 2>/dev/null || status=1
	if [ -n "${TPM_PID:-}" ]; then
		ended_within "$TPM_PID" 10 || kill "$TPM_PID" 2>/dev/null || :
		wait "$TPM_PID" 2>/dev/null || :
		TPM_PID=
	fi
	[ $status -eq 0 ] || echo "@@ harness=the guest didn't power off within $BOOT_BOUND s" >>"$BOOT/serial.log"
	if said "$BOOT/serial.log" root-reached >/dev/null; then
		tar -xf "$BOOT/job.img" -C "$BOOT/out" 2>/dev/null || :
	fi
	rm -f "$BOOT/job.img" "$BOOT/console.in" "$BOOT/console.out"
	return $status
}

CONSOLE_ASKS='groups +1 to +4: |type (OLD|NEW), or Enter: '
CONSOLE_ASKS_OLD='type OLD, or Enter: ' CONSOLE_ASKS_NEW='type NEW, or Enter: '

machine_boot() { # folder, name, options: from power on to power off; nobody answers a prompt for a recovery key
	machine_start "$@"
	if machine_sees "$CONSOLE_ASKS|@@ (root-reached|init-failed|image-refused)=" "$BOOT_BOUND" &&
		! grep -qaE '@@ (root-reached|init-failed|image-refused)=' "$BOOT/serial.log"; then
		machine_type ''
	fi
	machine_end
}
