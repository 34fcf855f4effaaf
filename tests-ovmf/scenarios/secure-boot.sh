#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secure Boot on and required: sealed to PCR 7; options from outside are dropped; unsigned images don't start; switched off,
# the key stays shut.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/lib/measured.sh"
scenario_start
machine_make "$SCRATCH/m" "$UUID_HOST" tpm
machine_secure_boot "$SCRATCH/m"
job_make "$SCRATCH/job" require
machine_boot "$SCRATCH/m" first "job=$SCRATCH/job" || :
first=$SCRATCH/m/boots/first
grep -m1 -oE '([0-9]{6}-){15}[0-9]{6}' "$first/out/init.txt" >"$SCRATCH/key" || :

# An unsigned image comes first; the firmware must not even start it.
esp_put "$SCRATCH/m/disk.img" "$OVMF_OUT/etcseal.efi" /EFI/etcseal/unsigned.efi
machine_copy "$SCRATCH/m" "$SCRATCH/off"
machine_copy "$SCRATCH/m" "$SCRATCH/recovered"
act_look "$SCRATCH/m" outside "options=$CMDLINE init=/bin/sh" || :
outside=$SCRATCH/m/boots/outside
act_look "$SCRATCH/m" unsigned "image=\\EFI\\etcseal\\unsigned.efi" || :
unsigned=$SCRATCH/m/boots/unsigned
rm "$SCRATCH/off/secure-boot"
cp "$OVMF_VARS" "$SCRATCH/off/vars.fd"
act_look "$SCRATCH/off" off || :
off=$SCRATCH/off/boots/off
act_recovery "$SCRATCH/recovered" recovery etcseal.recovery "$(cat "$SCRATCH/key")" || :
recovered=$SCRATCH/recovered/boots/recovery

check "with Secure Boot on, init seals" says "$first" init-exit 0
check "it can be required" says "$first" set-exit 0
check "get shows it" says "$first" required true
check "options from outside are dropped, and it opens" says "$outside" opened-by tpm
check "the kernel's options are the image's alone" says "$outside" cmdline "$CMDLINE"
check "boot.json records that they were dropped" grep -q '"outside_options": "dropped"' "$outside/out/boot.json"
check "PCR 12 is untouched" same "$(pcr "$outside" 12)" "$ZEROS"
check "an unsigned image is refused" shows "$unsigned" 'came-back .*unsigned\.efi='
check "the same without Secure Boot stays shut" stays_shut "$off"
check "and PCR 7 is named" shows "$off" 'PCR 7 '
check "the recovery key works nevertheless" says "$recovered" opened-by recovery
check "and is not in /proc/cmdline" says "$recovered" key-in-cmdline 0
