#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# WITHOUT=FENCE
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start

as_root_after_boot() { # folder
	fixture tpm "$1"
	attacker_job "$1/job" unseal "$1"
	machine_boot "$1" root "job=$1/job" || :
}

as_root_after_boot "$SCRATCH/with" &
(without FENCE && as_root_after_boot "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots/root without=$SCRATCH/without/boots/root

attack 2 "root of the running host asks the TPM again (boot)" "fence"
held "the boot itself opens by the TPM" says "$with" opened-by tpm
held "the TPM gives root nothing afterwards, because of PCR 11" says "$with" unseal "tpm-policy PCR11"
succeeds "that boot opens as well" says "$without" opened-by tpm
succeeds "root has the key" says "$without" unseal key
attack_end
