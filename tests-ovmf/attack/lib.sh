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
