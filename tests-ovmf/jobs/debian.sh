# SPDX-License-Identifier: Apache-2.0
# Queries for the jobs of a stock Debian; sourced.
. ./witness.sh

debian_facts() {
	say swap "$(tail -n +2 /proc/swaps | cut -d' ' -f1)"
	say hibernation "$(cat /sys/power/disk)"
	say sysrq "$(cat /proc/sys/kernel/sysrq)"
	etcseal-boot check / >/run/out/check.txt 2>&1
	say check-exit $?
	systemctl --failed --plain --no-legend >/run/out/failed.txt
	say failed-units "$(cut -d' ' -f1 /run/out/failed.txt)"
	journalctl -b -o short-monotonic >/run/out/journal.txt
}
