# SPDX-License-Identifier: Apache-2.0
# What the boots of the attack suite share. An attack has two halves: `held` checks that the defence holds, `succeeds` that
# the same attack succeeds in a build without that one defence. A half may have several checks; one that has none has failed.

attack_start() { # for a script that the runner calls
	scenario_start
	ROW='' HELD=none SUCCEEDED=none
}

attack() { # number in the issue, the attack, the defence: what follows is about it
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
without() { # switch of keys/core/without.h or efi/without.h, without its ES_TEST_WITHOUT_
	BUILD_GIVEN=$BUILD/without/$1 BUILD=$BUILD/without/$1
	OVMF_OUT=$BUILD/tests-ovmf OVMF_DISK=$BUILD/tests-ovmf/disk.img
	OVMF_FIXTURES=$OVMF_FIXTURES/without-$1
	mkdir -p "$OVMF_FIXTURES"
}

# Builds that, and its disk. What doesn't know of the switch is as it was: copied, not compiled again.
without_build() { # switch
	local to=$BUILD/without/$1 source
	mkdir -p "$to"
	rm -rf "$to"/{keys,initrd,tools,stub-x64}
	(cd "$BUILD" && find keys initrd tools stub-x64 -name '*.o' ! -name 'test-*' ! -path '*/testlib/*' -print0 |
		xargs -0 cp -p --parents -t "$to")
	grep -lE 'ES_WITH_|ES_VERSION_TEXT' keys/*.c keys/*/*.c initrd/*.c tools/*.c efi/*.c | while IFS= read -r source; do
		rm -f "$to/${source%.c}.o" "$to/stub-x64/${source%.c}.o"
	done
	(
		without "$1"
		MAKEFLAGS='' make -s -j2 "BUILD=$BUILD_GIVEN" "EXTRA_CFLAGS=-DES_TEST_WITHOUT_$1" all guest
		mkdir -p "$OVMF_OUT"
		disk_build
	)
	"$to/etcseal" version | grep -q 'TEST BUILD' || die "$to/etcseal doesn't say that it is a test build"
	grep -qa "ETCSEAL TEST BUILD without $1" "$to/etcseal" "$to/etcseal-boot" "$to/etcseal-stub-x64.efi" ||
		die "$to has no marker of $1: it was built with that defence"
}

# The attacker's program and the owner's banks, to be run by a job of the guest.
attacker_job() { # folder, script of attack/jobs, machine whose banks these are
	mkdir -p "$1/owner"
	cp "$OVMF"/jobs/*.sh "$OVMF"/attack/jobs/*.sh "$OVMF_NORMAL/tests-ovmf/unseal" "$1/"
	echo ". ./$2.sh" >"$1/job"
	mcopy -i "$3/disk.img@@$ESP_OFFSET" -s -n "::/etcseal/bank0" "$1/owner/"
}

# A boot whose memory is looked at when it has powered off. Leaves `found` in the boot's folder: where the key was, one place
# a line.
MEMORY_SIZE=$((512 << 20))
dump_boot() { # key file, then as machine_boot
	local key=$1 monitor dump
	monitor=$2/monitor-$3 dump=$2/dump-$3
	shift
	mkfifo "$monitor.in" "$monitor.out"
	(owned cat "$monitor.out" >"$monitor.log") &
	MACHINE_MORE=(-no-shutdown -chardev "pipe,id=monitor,path=$monitor" -mon chardev=monitor,mode=control)
	machine_start "$@"
	MACHINE_MORE=()
	printf '{"execute":"qmp_capabilities"}\n' >"$monitor.in"
	if machine_sees "$CONSOLE_ASKS|@@ (root-reached|init-failed|image-refused)=" "$BOOT_BOUND" &&
		! grep -qaE '@@ (root-reached|init-failed|image-refused)=' "$BOOT/serial.log"; then
		machine_type ''
	fi
	if wait_line "$monitor.log" '"event": "SHUTDOWN"' "$BOOT_BOUND" "$QEMU_PID"; then
		printf '{"execute":"pmemsave","arguments":{"val":0,"size":%s,"filename":"%s"},"id":"saved"}\n' \
			$MEMORY_SIZE "$dump" >"$monitor.in"
		wait_line "$monitor.log" '"id": "saved"' 60 "$QEMU_PID" || :
	fi
	printf '{"execute":"quit"}\n' >"$monitor.in"
	machine_end || :
	if [ "$(stat -c %s "$dump" 2>/dev/null || echo 0)" = $MEMORY_SIZE ] && grep -qa 'Linux version' "$dump"; then
		"$OVMF_NORMAL/tests-ovmf/needles" "$key" "$dump" >"$BOOT/found" 2>&1 || :
		[ -z "${ATTACK_KEEP_DUMP:-}" ] || cp --sparse=always "$dump" "$ATTACK_KEEP_DUMP/$(basename "$1")-$2"
	else
		echo "no dump" >"$BOOT/found"
	fi
	rm -f "$dump" "$monitor".*
}

found_nowhere() { # boot's folder
	[ ! -s "$1/found" ] || {
		cat "$1/found"
		return 1
	}
}

found_somewhere() { # boot's folder
	grep -q '^0x' "$1/found"
}
