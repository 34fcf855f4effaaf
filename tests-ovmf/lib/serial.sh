# SPDX-License-Identifier: Apache-2.0
# The guest's serial line, as a file.

# file, extended pattern, seconds, pid of who writes it: waits until a line has it; fails when the time is up or the writer gone.
wait_line() {
	local status=0
	# tail follows by inotify and ends with the writer; grep ends at the first hit.
	grep -qE -m1 -- "$2" < <(timeout "$3" tail -n +1 -F -s 0.1 --pid="$4" "$1" 2>/dev/null) || status=$?
	return $status
}

# file, name: the value of the last "@@ name=value" that the guest printed; fails if it never did.
said() {
	local line
	line=$(tr -d '\r\000' <"$1" | grep -a -o "@@ $2=.*" | tail -n 1) || return 1
	printf '%s\n' "${line#@@ "$2"=}"
}
