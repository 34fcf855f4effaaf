#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One byte of the image changed: the key stays shut, and the cause is named.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
machine_copy "$SCRATCH/m" "$SCRATCH/cmdline"
image_change "$SCRATCH/m" .osrel 5
act_look "$SCRATCH/m" changed || :
image_change "$SCRATCH/cmdline" .cmdline 23 # loglevel=5
act_look "$SCRATCH/cmdline" changed || :
b=$SCRATCH/m/boots/changed c=$SCRATCH/cmdline/boots/changed

check "the key stays shut" stays_shut "$b"
check "with the exit code of a locked host" says "$b" unlock-exit 4
check "PCR 11 and the changed section are named" shows "$b" 'PCR 11 .*section \.osrel'
check "the recovery key is asked for" shows "$b" 'type the recovery key \{[0-9A-F-]{36}\}'
check "nobody gave one, and nothing was opened" shows "$b" 'nothing was opened'
check "the signed options can't be changed either" stays_shut "$c"
check "and their section is named" shows "$c" 'PCR 11 .*section \.cmdline'
