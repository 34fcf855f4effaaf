# SPDX-License-Identifier: Apache-2.0
# Queries to systemd and the journal; sourced in the guests that systemd runs.
. ./watch.sh
WATCH_UNIT=etcseal-watch.service

unit_property() { systemctl show -P "$1" $WATCH_UNIT; }

json_field() { # from `etcseal status --json`'s object "watch": a field
	etcseal status --json 2>/dev/null | tr -d '\n' | sed -n 's/.*"watch": *{\([^}]*\)}.*/\1/p' |
		sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",} ]*\).*/\1/p"
}

uptime_s() { cut -d. -f1 /proc/uptime; }

# How long it took, by this guest's clock.
saved_within() { # seconds
	local from=$(uptime_s)
	watch_until changed 25 && watch_until saved "$1" && echo $(($(uptime_s) - from))
}

journal_has() { # message id, options of journalctl: how often
	local id=$1
	shift
	journalctl -q -o cat --output-fields=MESSAGE "$@" MESSAGE_ID="$id" | grep -c .
}
