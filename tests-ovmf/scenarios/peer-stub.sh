#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same sections with systemd's stub and with ours: PCR 11 must be the same, and as systemd-measure calculates it.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
scenario_start
for stub in plain systemd; do
	machine_make "$SCRATCH/$stub" "$UUID_HOST" tpm
	act_look "$SCRATCH/$stub" boot "image=\\EFI\\etcseal\\$stub.efi" || :
done
ours=$SCRATCH/plain/boots/boot peer=$SCRATCH/systemd/boots/boot
want=$(fenced "$(systemd_measure "$OVMF_OUT/parts")")

check "our stub's boot has systemd-measure's PCR 11, fenced" same "$(pcr "$ours" 11)" "$want"
check "systemd's stub has the same" same "$(pcr "$peer" 11)" "$want"
check "the helper boots on after another stub, unconfigured" says "$peer" unlock-exit 3
