# SPDX-License-Identifier: Apache-2.0
# Root of a boot whose helper died: is there a record of it, and what does the TPM give for the owner's bank?
. ./debian.sh
say boot-json "$([ -e "$BOOT_JSON" ] && echo yes || echo no)"
say file "$(cat $DEMO_FILE 2>/dev/null || echo missing)"
# Nothing in /run may be executed.
cp unseal /var/tmp/
say unseal "$(/var/tmp/unseal owner)"
