#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secure Boot off: the next image's PCR 4 and 11 are predicted and sealed to, and it opens automatically.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
. "$OVMF/lib/next_image.sh"
scenario_start
fixture tpm "$SCRATCH/m"
next_image "$SCRATCH/m"
act_update "$SCRATCH/m"
