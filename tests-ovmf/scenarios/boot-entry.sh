#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recovery key in a boot entry of the firmware, which measures every entry, with its text, into PCR 1: the stub
# removes the text from the event log, and the log still replays. What `check` and `status` say of the entries is what then happens.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/boot_entry.sh"
. "$OVMF/lib/measured.sh"
scenario_start
fixture tpm "$SCRATCH/m"
key=$(cat "$SCRATCH/m/recovery-key")
recovery_needles "$key" >"$SCRATCH/needles"
job_make "$SCRATCH/job" entry
boot_entry '\EFI\etcseal\etcseal.efi' "etcseal.recovery=$key" >"$SCRATCH/job/entry.bin"
machine_boot "$SCRATCH/m" write "job=$SCRATCH/job" || :
w=$SCRATCH/m/boots/write
job_make "$SCRATCH/job2" entry-options
cp "$SCRATCH/needles" "$SCRATCH/job2/"
boot_entry '\EFI\etcseal\etcseal.efi' "" >"$SCRATCH/job2/entry-plain.bin"
boot_entry '\EFI\etcseal\etcseal.efi' "loglevel=4" >"$SCRATCH/job2/entry-options.bin"
machine_boot "$SCRATCH/m" entry "job=$SCRATCH/job2" first=entry || :
b=$SCRATCH/m/boots/entry
job_make "$SCRATCH/job3" look
machine_boot "$SCRATCH/m" again "job=$SCRATCH/job3" first=entry || :
c=$SCRATCH/m/boots/again
measured_take "$b"

check "the entry is written" says "$w" entry-written 0
check "and put first" says "$w" order-written 0
check "the firmware starts it without the menu" hides "$b" '@@ menu='
check "it opens with the recovery key" says "$b" opened-by recovery
check "the firmware measured that entry (the control)" grep -q 'Boot0099' "$b/out/event-log.yaml"
check "nothing of the key is in the event log" says "$b" key-in-event-log 0
check "nor when it is searched from outside" holds_none "$b/out/event-log" "$SCRATCH/needles"
check "nor in dmesg" says "$b" key-in-dmesg 0
check "nor in /proc/cmdline" says "$b" key-in-cmdline 0
check "the event log still replays to the TPM's PCRs" log_replays "$b"
check "check promises the next boot, before the entry is there" says "$w" check-before 0
check "then it refuses to" says "$w" check-after 4
check "naming the entry that comes first now" says "$w" check-names 1
check "status names the entry with the key" says "$w" status-names 1
check "the host can be sealed to a start by that entry" says "$b" set-exit 0
check "then check promises the next one" says "$b" check-plain 0
check "but not if the entry has options" says "$b" check-options 4
check "which it names" says "$b" check-options-names 1
check "without the key, status has nothing to say" says "$b" status-names 0
check "the next start is as check said: it opens by the TPM" says "$c" opened-by tpm
