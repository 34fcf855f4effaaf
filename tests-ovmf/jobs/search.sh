# SPDX-License-Identifier: Apache-2.0
# A recovery boot: is the key that opened it still anywhere? `needles` contains the key and each pair of adjacent groups
# (13 characters). NULs are removed first, so that UTF-16 is found, too.
. ./look.sh
hits() { # a stream on standard input
	tr -d '\000' | grep -a -c -F -f needles
}
say key-in-cmdline "$(hits </proc/cmdline)"
say key-in-dmesg "$(dmesg | hits)"
say key-in-event-log "$(cat $EVENT_LOG 2>/dev/null | hits)"
say key-in-efi-variables "$(cat /sys/firmware/efi/efivars/* 2>/dev/null | hits)"
say key-in-run "$(find /run -path /run/job -prune -o -type f -exec cat {} + 2>/dev/null | hits)"
say key-in-processes "$(cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | hits)"
# The search itself must be able to find it.
say key-in-the-needles "$(sed 's/./&\n/g' needles | tr "\n" "\000" | hits)"
