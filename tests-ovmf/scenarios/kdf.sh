#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A machine without a TPM: mode KDF; it opens automatically there, and not in another machine.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture kdf "$SCRATCH/m"
first=$SCRATCH/m/boots/first
machine_copy "$SCRATCH/m" "$SCRATCH/other"
echo "$UUID_OTHER" >"$SCRATCH/other/uuid"
machine_copy "$SCRATCH/other" "$SCRATCH/recovered"
act_look "$SCRATCH/m" next || :
act_look "$SCRATCH/other" moved || :
act_recovery "$SCRATCH/recovered" recovery etcseal.recovery "$(cat "$SCRATCH/m/recovery-key")" || :
next=$SCRATCH/m/boots/next moved=$SCRATCH/other/boots/moved recovered=$SCRATCH/recovered/boots/recovery

check "init without a TPM seals" says "$first" init-exit 0
check "in mode KDF" says "$first" mode KDF
check "and warns of what that doesn't do" grep -qi 'no TPM\|without a TPM' "$first/out/init.txt"
check "the next boot opens" says "$next" opened-by kdf
check "the file is back" says "$next" file "psk=correct horse battery staple"
check "the console says what mode kdf protects from" shows "$next" 'mode kdf: it hides'
check "the same disk in another machine stays shut" stays_shut "$moved"
check "and the cause is named" shows "$moved" 'bound to another machine'
check "there, the recovery key opens" says "$recovered" opened-by recovery
check "and the file is back" says "$recovered" file "psk=correct horse battery staple"
check "no key in /proc/cmdline" says "$recovered" key-in-cmdline 0
