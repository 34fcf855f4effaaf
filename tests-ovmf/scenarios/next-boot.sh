#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The next boot opens by the TPM unattended; and what the kernel, systemd and tpm2-tools report of its measurements.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
scenario_start
fixture tpm "$SCRATCH/m"
job_make "$SCRATCH/job" answers
machine_boot "$SCRATCH/m" next "job=$SCRATCH/job" || :
b=$SCRATCH/m/boots/next

check "the helper opens" says "$b" unlock-exit 0
check "by the TPM" says "$b" opened-by tpm
check "the file is back" says "$b" file "psk=correct horse battery staple"
check "a changed file of the image too" says "$b" motd "the configuration of this very host"
check "with its modes and owners" says "$b" attributes "600 0:0 750 12:34 "
check "a symlink too" says "$b" link ../network-secret.conf
check "a file that its owner removed stays removed" says "$b" removed gone
check "the fence is up" says "$b" fenced true
check "the kernel's options are the image's alone" says "$b" cmdline "$CMDLINE"
check "unlocking takes at most 40 TPM commands" at_most "$(said "$b/serial.log" tpm-commands)" 40

measured_take "$b"
check "PCR 11 is what systemd-measure calculates, then the fence" \
	same "$(pcr "$b" 11)" "$(fenced "$(image_measured "$OVMF_OUT/parts" "$OVMF_OUT/etcseal.efi")")"
check "the event log replays to the TPM's PCRs" log_replays "$b"
check "PCR 12 is untouched without outside options" same "$(pcr "$b" 12)" "$ZEROS"
check "tpm2_eventlog finds nothing wrong in the log" no_warnings "$b"
check "image predict gives the same PCR 11" \
	same "$("$BUILD/etcseal" image predict "$OVMF_OUT/etcseal.efi" 2>/dev/null | sed -n 's/^11:sha256=//p')" \
	"$(image_measured "$OVMF_OUT/parts" "$OVMF_OUT/etcseal.efi")"

check "recovery list shows the key that init showed" grep -qF "$(cat "$SCRATCH/m/recovery-key")" "$b/out/recovery.txt"
check "extract succeeds" says "$b" extract-exit 0
check "and gives the file" says "$b" extracted "psk=correct horse battery staple"
check "get prints mode and requirements" diff - "$b/out/get.txt" <<-'TEXT'
	   Mode: TPM
	   Require Executables Only From Installed Packages: false
	   Require Secure Boot: false
TEXT
