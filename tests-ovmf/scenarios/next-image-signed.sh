#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secure Boot on: the next image, which the command itself signed, leaves PCR 7 as predicted, and opens automatically.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/lib/measured.sh"
. "$OVMF/lib/next_image.sh"
scenario_start
machine_make "$SCRATCH/m" "$UUID_HOST" tpm
machine_secure_boot "$SCRATCH/m"
act_first_boot "$SCRATCH/m" || :
info=$SCRATCH/m/boots/first/out/banks/bank0/encryption.info
next_image "$SCRATCH/m"
unsigned=$(sed -n 's/^11:sha256=//p' "$SCRATCH/build.txt")
next_image "$SCRATCH/m" --sign-key="$(snakeoil_key)" --sign-cert="$SNAKEOIL.pem"
act_update "$SCRATCH/m"

check "init requires Secure Boot automatically if it is on" grep -q '"secure_boot": true' "$info"
check "and seals to PCR 7, 11 and 12" \
	same "$(sed -n '/"pcrs"/,/}/s/^ *"\([0-9]*\)": *"[0-9a-f]*",*$/\1/p' "$info" | tr '\n' ' ')" "7 11 12 "
check "signing leaves PCR 11 as it is" same "$(predicted "$SCRATCH/m/boots/update" 11)" "$unsigned"
