#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A TPM that can't hold the seal because it has no SHA-256 bank: the cause is reported, without a silent fallback to
# mode KDF.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
machine_make "$SCRATCH/m" "$UUID_HOST" tpm sha384
job_make "$SCRATCH/job" init
machine_boot "$SCRATCH/m" first "job=$SCRATCH/job" || :
b=$SCRATCH/m/boots/first

check "the host boots on, unconfigured" says "$b" unlock-exit 3
check "init is refused with a TPM error" says "$b" init-exit 6
check "the cause is named" grep -q 'SHA-256' "$b/out/init.txt"
check "no bank is written" bash -c "! ls '$b/out/banks/bank0/encryption.info' '$b/out/banks/bank1/encryption.info'"
