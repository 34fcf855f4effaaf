#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The firmware's dbx is updated while the host runs: `check` says that the next boot will ask for the recovery key, and it does.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
scenario_start
need sign-efi-sig-list hash-to-efi-sig-list
m=$SCRATCH/m
build "$BUILD_GIVEN/tests-ovmf/append"
machine_make "$m" "$UUID_HOST" tpm
machine_secure_boot "$m"
job_make "$m/job-keys" firmware-keys
cp "$BUILD/tests-ovmf/append" "$m/job-keys/"
hash-to-efi-sig-list "$OVMF_OUT/systemd.efi" "$SCRATCH/dbx.esl" >/dev/null
sign-efi-sig-list -a -g 1f9a3c52-6d0e-4b57-9b1e-0c5a7d3e8f24 -k "$(snakeoil_key)" -c "$SNAKEOIL.pem" dbx \
	"$SCRATCH/dbx.esl" "$m/job-keys/dbx.auth" >/dev/null
machine_boot "$m" first "job=$m/job-keys" || :
b=$m/boots/first
act_look "$m" next || :

check "before the update the next boot opens" says "$b" check-before 0
check "dbx is updated" says "$b" appended yes
check "after it the next boot won't open" says "$b" check-after 4
check "and dbx is named" grep -q "PCR 7: the firmware's dbx has changed" "$b/out/check-after.txt"
check "sealing to this boot doesn't help, and the message says so" grep -q "dbx has changed" "$b/out/reseal.txt"
check "the next boot stays shut" stays_shut "$m/boots/next"
check "because of dbx" shows "$m/boots/next" 'PCR 7 .*dbx'
