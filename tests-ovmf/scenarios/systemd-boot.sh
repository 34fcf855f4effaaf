#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd-boot as the boot menu, with the recovery key among an entry's options: it measures them, as text, into PCR 12
# before the stub runs; the stub removes the text from the event log.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
scenario_start
fixture tpm "$SCRATCH/m"
key=$(cat "$SCRATCH/m/recovery-key")
recovery_needles "$key" >"$SCRATCH/needles"
printf 'timeout 0\ndefault etcseal.conf\n' >"$SCRATCH/loader.conf"
printf 'title etcseal\nefi /EFI/etcseal/etcseal.efi\noptions etcseal.recovery=%s\n' "$key" >"$SCRATCH/etcseal.conf"
esp_put "$SCRATCH/m/disk.img" /usr/lib/systemd/boot/efi/systemd-bootx64.efi /EFI/BOOT/BOOTX64.EFI
esp_put "$SCRATCH/m/disk.img" "$SCRATCH/loader.conf" /loader/loader.conf
esp_put "$SCRATCH/m/disk.img" "$SCRATCH/etcseal.conf" /loader/entries/etcseal.conf
job_make "$SCRATCH/job" search
cp "$SCRATCH/needles" "$SCRATCH/job/"
machine_boot "$SCRATCH/m" entry "job=$SCRATCH/job" || :
b=$SCRATCH/m/boots/entry
measured_take "$b"
marks=$(grep -c 'PCRIndex: 12' "$b/out/event-log.yaml") || :

check "it opens with the recovery key" says "$b" opened-by recovery
check "systemd-boot measured its entry's options (the control)" same "$marks" 2
check "nothing of the key is in the event log" says "$b" key-in-event-log 0
check "nor when it is searched from outside" holds_none "$b/out/event-log" "$SCRATCH/needles"
check "nor in dmesg" says "$b" key-in-dmesg 0
check "nor in /proc/cmdline" says "$b" key-in-cmdline 0
check "the event log still replays to the TPM's PCRs" log_replays "$b"
