#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A new host with a TPM: unconfigured, sealed by `init`, backed up.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
b=$SCRATCH/m/boots/first

check "an unconfigured host boots on with the image's own configuration" says "$b" unlock-exit 3
check "and boot.json records it as unconfigured" says "$b" state-before unconfigured
check "the fence is up on an unconfigured host" says "$b" fenced true
check "init seals it" says "$b" init-exit 0
check "the mode is TPM" says "$b" mode TPM
check "the recovery key is shown once" says "$b" recovery-keys-shown 1
check "a backup of what was changed succeeds" says "$b" backup-exit 0
check "status --json answers" says "$b" status-exit 0
check "both banks are written" test -s "$b/out/banks/bank0/config.cms" -a -s "$b/out/banks/bank1/config.cms"
check "the boot partition doesn't show the file's content" \
	bash -c "! grep -rqa 'correct horse' '$b/out/banks' && ! grep -qa 'correct horse battery' '$SCRATCH/m/disk.img'"
check "the recovery key is not on the disk" bash -c "! grep -qaF -f '$SCRATCH/m/recovery-key' '$SCRATCH/m/disk.img'"
check "nor on the console" bash -c "! grep -qaF -f '$SCRATCH/m/recovery-key' '$b/serial.log'"
