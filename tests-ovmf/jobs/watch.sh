# SPDX-License-Identifier: Apache-2.0
# Starts the watching service, and waits for it; sourced.
WATCH_JSON=/run/etcseal/watch.json

watch_field() { # a field of watch.json
	tr -d '\n' <$WATCH_JSON 2>/dev/null | sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p"
}

watch_start() {
	etcseal watch >/run/out/watch.txt 2>&1 &
	WATCH=$!
	watch_until saved 60
}

watch_until() { # state, seconds
	local i=0
	while [ "$(watch_field state)" != "$1" ]; do
		i=$((i + 1))
		[ $i -lt $(($2 * 5)) ] || return 1
		sleep 0.2
	done
}
