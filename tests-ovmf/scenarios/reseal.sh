#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The owner changed the image: recovery key, then `set --mode=tpm` as the console advised, and it opens automatically
# again.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
image_change "$SCRATCH/m" .osrel 5
job_make "$SCRATCH/job" set-tpm
machine_boot "$SCRATCH/m" recovery "job=$SCRATCH/job" "options=etcseal.recovery=$(cat "$SCRATCH/m/recovery-key")" || :
act_look "$SCRATCH/m" next || :
recovery=$SCRATCH/m/boots/recovery next=$SCRATCH/m/boots/next

check "the recovery key opens" says "$recovery" opened-by recovery
check "the host is sealed again" says "$recovery" set-exit 0
check "the next boot opens by the TPM, unattended" says "$next" opened-by tpm
check "the file is there" says "$next" file "psk=correct horse battery staple"
