#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recovery key with a wrong group in the boot options; then, at the console, a wrong group and the right key.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
key=$(cat "$SCRATCH/m/recovery-key")
recovery_needles "$key" >"$SCRATCH/needles"
group=$(cut -d- -f7 <<<"$key")
wrong=$(printf '%06d' $(((10#$group + 1) % 1000000)))
job_make "$SCRATCH/job" search
cp "$SCRATCH/needles" "$SCRATCH/job/"
machine_start "$SCRATCH/m" console "job=$SCRATCH/job" \
	"options=etcseal.recovery=$(cut -d- -f1-6 <<<"$key")-$wrong-$(cut -d- -f8- <<<"$key")"
b=$BOOT
check "the helper asks at the console" machine_sees "$CONSOLE_ASKS" 120
first=$(cut -d- -f1 <<<"$key")
printf '%06d' $(((10#$first + 1) % 1000000)) >"$BOOT/console.in"
check "a wrong first group is reported at once" machine_sees 'Group 1 is mistyped' 20
check "and asked for again" machine_sees 'mistyped: type it again' 20
machine_type "$key"
machine_end || :

check "the wrong group of the boot options is named" shows "$b" 'group 7 of the recovery key in the boot options is wrong'
check "the key typed at the console opens" says "$b" opened-by recovery
check "the file is back" says "$b" file "psk=correct horse battery staple"
check "boot.json records that it was typed there" grep -q '"recovery_at_console": true' "$b/out/boot.json"
check "nothing of the key is on the console" holds_none "$b/serial.log" "$SCRATCH/needles"
check "nor in dmesg" says "$b" key-in-dmesg 0
check "nor in /proc/cmdline" says "$b" key-in-cmdline 0
check "nor in the event log" says "$b" key-in-event-log 0
