#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The basic scenario on a stock Debian: installed, its own initramfs, first boot, sealed, switched off and on, opened by
# the TPM.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
. "$OVMF/lib/debian.sh"
debian_parts plain
debian_sealed "$SCRATCH/m" plain usual
job_make "$SCRATCH/job-look" debian-look
machine_boot "$SCRATCH/m" look "job=$SCRATCH/job-look" bound=400 || :

a=$SCRATCH/m/boots/first b=$SCRATCH/m/boots/look
check "the first boot comes up with the image's own configuration" says "$a" state unconfigured
check "init seals it" says "$a" init-exit 0
check "the next boot opens by the TPM" says "$b" opened-by tpm
check "with the fence up" says "$b" fenced true
check "the file is there" says "$b" file "psk=correct horse battery staple"
check "the swap partition is used" says "$b" swap /dev/vda3
check "hibernation is off" says "$b" hibernation "[disabled]"
check "SysRq has its value back" says "$b" sysrq 438
check "no unit failed" says "$b" failed-units ""
check "the kernel kills others before the helper" says "$b" oom-score -1000
check "the helper's check agrees" says "$b" check-exit 0
