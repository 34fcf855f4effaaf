# SPDX-License-Identifier: Apache-2.0
# A machine's TPM: swtpm, whose state is kept from boot to boot in the machine's folder. swtpm wants absolute paths.

tpm_make() { # state folder, PCR banks: a TPM in factory state
	mkdir -p "$1"
	swtpm_setup --tpm2 --tpmstate "$1" --pcr-banks "${2:-sha256}" --overwrite --logfile "$1.setup.log" >/dev/null 2>&1 ||
		die "swtpm_setup failed: $(tail -n 3 "$1.setup.log" 2>/dev/null)"
}

tpm_start() { # state folder, control socket, log: sets TPM_PID; returns when it listens
	rm -f "$2"
	(owned swtpm socket --tpm2 --tpmstate "dir=$1" --ctrl "type=unixio,path=$2" --terminate \
		--log "file=$3,level=1" >/dev/null 2>&1 </dev/null) &
	TPM_PID=$!
	local i
	for ((i = 0; i < 200; i++)); do
		[ ! -S "$2" ] || return 0
		kill -0 "$TPM_PID" 2>/dev/null || break
		sleep 0.05
	done
	die "swtpm didn't come up: $(tail -n 3 "$3" 2>/dev/null)"
}

# What any system booted on the machine can do with its TPM: runs tpm2-tools while the machine is off.
tpm_tools() { # machine, shell line
	local port ctl pid i status=0
	for ((i = 0; i < 50; i++)); do
		port=$((20000 + RANDOM)) ctl=$((port + 1))
		(owned swtpm socket --tpm2 --tpmstate "dir=$1/tpm" --server "type=tcp,bindaddr=127.0.0.1,port=$port" \
			--ctrl "type=tcp,bindaddr=127.0.0.1,port=$ctl" --flags startup-clear >/dev/null 2>&1 </dev/null) &
		pid=$!
		if wait_port $ctl "$pid"; then
			break
		fi
		wait "$pid" 2>/dev/null || :
		pid=
	done
	[ -n "$pid" ] || die "no swtpm came up for tpm2-tools"
	(
		cd "$SCRATCH"
		export TPM2TOOLS_TCTI="swtpm:host=127.0.0.1,port=$port"
		bash -euo pipefail -c "$2"
	) || status=$?
	kill "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
	return $status
}

wait_port() { # port, pid of the process that should listen there
	local i
	for ((i = 0; i < 200; i++)); do
		! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
		kill -0 "$2" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}
