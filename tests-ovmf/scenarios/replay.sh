#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# After the boot, root of the running host repeats what the helper did: the fence has put the key out of reach.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
job_make "$SCRATCH/job" replay
machine_boot "$SCRATCH/m" replay "job=$SCRATCH/job" || :
b=$SCRATCH/m/boots/replay

check "the boot itself opens by the TPM (the control)" says "$b" opened-by tpm
check "the same program with the same banks stays shut afterwards" says "$b" again-exit 4
check "it is the fence that shuts it" grep -q 'PCR 11' "$b/out/again.txt"
check "nothing is unpacked" says "$b" again-tree 0
