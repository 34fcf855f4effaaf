# SPDX-License-Identifier: Apache-2.0
# What the boots of the attack suite share. An attack has two halves: `held` checks that the defence holds, `succeeds`
# that the same attack succeeds in a build without that one defence. A half may have several checks; one without checks
# has failed.

attack_start() { # for a script that the runner calls
	scenario_start
	ROW='' HELD=none SUCCEEDED=none
}

attack() { # number in the issue, the attack, the defence: the checks that follow belong to it
	attack_end
	ROW="$1"$'\t'"$2"$'\t'"$3" HELD=none SUCCEEDED=none
	echo "-- $1. $2"
}

half() { # variable, what it proves, a command
	local -n result=$1
	local line
	shift
	line=$(check "$@")
	echo "$line"
	case $line in
	"ok - "*) [ "$result" != none ] || result=yes ;;
	*) result=no ;;
	esac
}

held() { # what it proves, a command
	half HELD "$@"
}

succeeds() { # what it proves, a command
	half SUCCEEDED "without it: $1" "${@:2}"
}

attack_end() {
	[ -z "$ROW" ] || printf 'row\t%s\t%s\t%s\n' "$ROW" "$HELD" "$SUCCEEDED"
	ROW=
}

# Everything that follows in this shell boots what was built without that defence; best in a subshell.
without() { # switch of keys/core/defences.h or efi/defences.h, without its ES_TEST_WITHOUT_
	BUILD_GIVEN=$BUILD/without/$1 BUILD=$BUILD/without/$1
	OVMF_OUT=$BUILD/tests-ovmf OVMF_DISK=$BUILD/tests-ovmf/disk.img
	OVMF_FIXTURES=$OVMF_FIXTURES/without-$1
	mkdir -p "$OVMF_FIXTURES"
}

# Builds that, and its disk. Objects that the switch doesn't affect are copied, not compiled again.
without_build() { # switch
	local to=$BUILD/without/$1 source
	mkdir -p "$to"
	rm -rf "$to"/{keys,initrd,tools,stub-x64}
	(cd "$BUILD" && find keys initrd tools stub-x64 -name '*.o' ! -path '*/tests/*' -print0 |
		xargs -0 cp -p --parents -t "$to")
	grep -rlE --include='*.c' 'ES_WITH_|ES_VERSION_TEXT' keys initrd tools efi | grep -v /tests/ | while IFS= read -r source; do
		rm -f "$to/${source%.c}.o" "$to/stub-x64/${source%.c}.o"
	done
	(
		without "$1"
		MAKEFLAGS='' make -s -j2 "BUILD=$BUILD_GIVEN" "EXTRA_CFLAGS=-DES_TEST_WITHOUT_$1" "$BUILD_GIVEN"/{etcseal,etcseal-boot,etcseal-stub-x64.efi,tests-ovmf/init,tests-ovmf/menu.efi}
		mkdir -p "$OVMF_OUT"
		disk_build
	)
	"$to/etcseal" version | grep -q 'TEST BUILD' || die "$to/etcseal doesn't say that it is a test build"
	grep -qa "ETCSEAL TEST BUILD without $1" "$to/etcseal" "$to/etcseal-boot" "$to/etcseal-stub-x64.efi" ||
		die "$to has no marker of $1: it was built with that defence"
}

# The attacker's program and the owner's banks, for a job of the guest to run.
attacker_job() { # folder, script of attack/jobs, machine whose banks these are
	mkdir -p "$1/owner"
	cp "$OVMF"/jobs/*.sh "$OVMF"/attack/jobs/*.sh "$OVMF_NORMAL/tests-ovmf/unseal" "$1/"
	echo ". ./$2.sh" >"$1/job"
	mcopy -i "$3/disk.img@@$ESP_OFFSET" -s -n "::/etcseal/bank0" "$1/owner/"
}

# A boot whose memory is searched twice: when the helper has finished (or asks for a key), and when the machine has
# powered off. Leaves `found` in the boot's folder: where the key was, one place a line.
MEMORY_SIZE=$((512 << 20))

# A boot with a monitor, in QMP; MONITOR_MORE: further options for QEMU.
MONITOR_MORE=()
monitor_start() { # as machine_start
	MONITOR=$1/$(basename "$1")-$2
	mkfifo "$MONITOR.in" "$MONITOR.out"
	(owned cat "$MONITOR.out" >"$MONITOR.log") &
	MACHINE_MORE=("${MONITOR_MORE[@]}" -chardev "pipe,id=monitor,path=$MONITOR" -mon chardev=monitor,mode=control)
	machine_start "$@"
	MACHINE_MORE=()
	printf '{"execute":"qmp_capabilities"}\n' >"$MONITOR.in"
}

# On the guest's own keyboard, pressed together.
monitor_press() { # QEMU's names of keys
	local key keys=
	for key in "$@"; do
		keys+=${keys:+,}"{\"type\":\"qcode\",\"data\":\"$key\"}"
	done
	monitor_say send-key "\"keys\":[$keys]"
}

monitor_say() { # a QMP command's name, its arguments; returns when it is answered
	MONITOR_SAID=$((${MONITOR_SAID:-0} + 1))
	printf '{"execute":"%s","arguments":{%s},"id":"said-%s."}\n' "$1" "$2" $MONITOR_SAID >"$MONITOR.in"
	wait_line "$MONITOR.log" "\"id\": \"said-$MONITOR_SAID\\.\"" 60 "$QEMU_PID" || :
}

dump_search() { # key file, moment
	local dump=$MONITOR-$2
	rm -f "$dump"
	monitor_say pmemsave "\"val\":0,\"size\":$MEMORY_SIZE,\"filename\":\"$dump\""
	if [ "$(stat -c %s "$dump" 2>/dev/null || echo 0)" = $MEMORY_SIZE ] && grep -qa 'Linux version' "$dump"; then
		"$OVMF_NORMAL/tests-ovmf/needles" "$1" "$dump" | sed "s/^/$2 /" >>"$BOOT/found" 2>&1 || :
		[ -z "${ATTACK_KEEP_DUMP:-}" ] || cp --sparse=always "$dump" "$ATTACK_KEEP_DUMP/"
	else
		echo "no dump ($2)" >>"$BOOT/found"
	fi
	rm -f "$dump"
}

dump_boot() { # key file, "" or "typed" (at the console), then as machine_boot
	local key=$1 typed=$2
	shift 2
	MONITOR_MORE=(-no-shutdown)
	monitor_start "$@"
	MONITOR_MORE=()
	if [ -n "$typed" ] && machine_sees "$CONSOLE_ASKS" "$BOOT_BOUND"; then
		machine_type "$(cat "$key")"
		machine_sees '@@ unlock-exit=' 60 || :
	fi
	if machine_sees "$CONSOLE_ASKS|@@ (unlock-exit|init-failed|image-refused)=" "$BOOT_BOUND"; then
		monitor_say stop ''
		dump_search "$key" early
		monitor_say cont ''
		grep -qaE '@@ (unlock-exit|init-failed|image-refused)=' "$BOOT/serial.log" || machine_type ''
	fi
	if wait_line "$MONITOR.log" '"event": "SHUTDOWN"' "$BOOT_BOUND" "$QEMU_PID"; then
		dump_search "$key" late
	else
		echo "no end" >>"$BOOT/found"
	fi
	printf '{"execute":"quit"}\n' >"$MONITOR.in"
	machine_end || :
	rm -f "$MONITOR".*
}

found_nowhere() { # boot's folder
	[ ! -s "$1/found" ] || {
		cat "$1/found"
		return 1
	}
}

found_somewhere() { # boot's folder
	grep -q '^[a-z]* 0x' "$1/found"
}

# What the attacker boots: their own initrd and firmware programs, on a machine's boot partition, which they can write
# to.
evil_put() { # machine, programs of attack/efi
	local machine=$1 tree=$SCRATCH/evil-tree program name
	shift
	if [ ! -s "$SCRATCH/evil-initrd" ]; then
		(
			flock 8
			[ ! -s "$SCRATCH/evil-initrd" ] || exit 0
			tree_make "$tree"
			cp /usr/bin/busybox "$tree/usr/bin/"
			for name in sh mount insmod mkdir poweroff; do
				ln -s busybox "$tree/usr/bin/$name"
			done
			install -m 0755 "$OVMF/attack/jobs/evil-init.sh" "$tree/init"
			image_modules "$tree/modules"
			tree_program "$tree" "$OVMF_NORMAL/tests-ovmf/unseal"
			tree_tss "$tree"
			(cd "$tree" && find . -print0 | cpio --quiet --null -o -H newc -R 0:0) | zstd -q -3 -f -o "$SCRATCH/evil-initrd.new"
			mv "$SCRATCH/evil-initrd.new" "$SCRATCH/evil-initrd"
		) 8>"$SCRATCH/evil.lock"
	fi
	esp_put "$machine/disk.img" "$SCRATCH/evil-initrd" /EFI/evil/initrd
	for program in "$@"; do
		esp_put "$machine/disk.img" "$OVMF_NORMAL/tests-ovmf/evil/$program.efi" "/EFI/evil/$program.efi"
	done
}
