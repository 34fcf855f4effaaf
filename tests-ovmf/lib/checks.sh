# SPDX-License-Identifier: Apache-2.0
# Named checks: each prints a line, "ok - what it proves" or "not ok - …" with what it saw. The runner counts those lines.

check() { # what it proves, a command
	local words=$1 saw
	shift
	if saw=$("$@" 2>&1); then
		echo "ok - $words"
	else
		echo "not ok - $words"
		printf '%s\n' "$saw" | head -n 12 | sed 's/^/    /'
	fi
}

same() { # is, should be
	[ "$1" = "$2" ] || {
		printf 'is:        %s\nshould be: %s\n' "$1" "$2"
		return 1
	}
}

says() { # boot's folder, name, value that the guest should have printed
	same "$(said "$1/serial.log" "$2" || echo "(it said nothing of $2)")" "$3"
}

console_text() { # boot's folder
	tr -d '\r\000' <"$1/serial.log" | sed 's/\x1b\[[0-9;=]*[A-Za-z]//g'
}

shows() { # boot's folder, extended pattern that its console should have
	console_text "$1" | grep -qE -- "$2" || {
		echo "the console has no: $2"
		console_text "$1" | grep 'etcseal\|@@' | tail -n 10
		return 1
	}
}

hides() { # boot's folder, extended pattern that its console must not have
	! shows "$@" >/dev/null || {
		echo "the console has: $2"
		return 1
	}
}

# Refused: the helper said so, and the guest never reached a point where a configuration could be used.
stays_shut() { # boot's folder
	shows "$1" '@@ unlock-exit=[4567]' && hides "$1" '@@ (root-reached|apply-exit)=' && hides "$1" 'opened by'
}

at_most() { # number, limit
	[ -n "$1" ] && [ "$1" -le "$2" ] || {
		echo "${1:-nothing} is not a number up to $2"
		return 1
	}
}

holds_none() { # file, file of needles: in ASCII or UTF-16
	[ -s "$1" ] && [ -s "$2" ] || {
		echo "$1 is not there to be searched"
		return 1
	}
	! tr -d '\000' <"$1" | grep -aqF -f "$2" || {
		echo "$1 holds a part of the key"
		return 1
	}
}
