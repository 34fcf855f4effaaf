# SPDX-License-Identifier: Apache-2.0
# One scratch folder per run, removed at the end; no process outlives the run. Every process that the harness starts
# asks the kernel to end it with its parent (setpriv --pdeathsig), so that even kill -9 leaves none. ETCSEAL_KEEP=1
# keeps the folder, to look at the logs.

scratch_make() { # sets SCRATCH; short, for the sockets in it
	SCRATCH=$(mktemp -d /tmp/etcseal.XXXXXX)
	SCRATCH_OWNER=$BASHPID
	trap scratch_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

scratch_end() {
	local job
	[ "$BASHPID" = "$SCRATCH_OWNER" ] || return 0
	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || :
	done
	wait
	if [ -n "${ETCSEAL_KEEP:-}" ]; then
		echo "kept: $SCRATCH" >&2
	else
		rm -rf "$SCRATCH"
	fi
}

owned() { # a command: becomes it, and ends with the shell that started it
	exec setpriv --pdeathsig KILL "$@"
}

ended_within() { # pid, seconds: waits for the end of a process, with a time limit; a signal to this shell ends the wait
	timeout "$2" tail --pid="$1" -s 0.1 -f /dev/null &
	wait $!
}
