# SPDX-License-Identifier: Apache-2.0
# The host is sealed to its TPM, or again to the way it booted now.
. ./look.sh
etcseal set --mode=tpm >/run/out/set.txt 2>&1
say set-exit $?
say mode-now "$(etcseal get | sed -n 's/^ *Mode: *//p')"
cp -r /efi/etcseal /run/out/banks-after
