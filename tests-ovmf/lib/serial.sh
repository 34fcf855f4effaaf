# SPDX-License-Identifier: Apache-2.0
# The guest's serial line, as a file.

# file, extended pattern, seconds, pid of its writer: waits until the file has it, in a line that may not have ended (as
# a prompt's); fails when the time is up or the writer has ended.
wait_line() {
	local end=$((SECONDS + $3))
	while ! grep -qaE -- "$2" "$1" 2>/dev/null; do
		if ! kill -0 "$4" 2>/dev/null; then
			grep -qaE -- "$2" "$1" 2>/dev/null
			return
		fi
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}

# file, name: the value of the last "@@ name=value" that the guest printed; fails if it never did.
said() {
	local line
	line=$(tr -d '\r\000' <"$1" | grep -ao "@@ $2=.*" | tail -n 1) || return 1
	printf '%s\n' "${line#@@ "$2"=}"
}
