# SPDX-License-Identifier: Apache-2.0
# Started by that entry: the key is taken out of it, the host sealed to this start, and options are given to the entry and taken away.
. ./search.sh
entry=/sys/firmware/efi/efivars/Boot0099-8be4df61-93ca-11d2-aa0d-00e098032b8c
cat entry-plain.bin >$entry
etcseal set --mode=tpm >/run/out/set.txt 2>&1
say set-exit $?
etcseal check >/run/out/check-plain.txt 2>&1
say check-plain $?
cat entry-options.bin >$entry
etcseal check >/run/out/check-options.txt 2>&1
say check-options $?
say check-options-names "$(grep -c 'PCR 12' /run/out/check-options.txt)"
cat entry-plain.bin >$entry
say status-names "$(etcseal status 2>&1 | grep -c 'holds a recovery key')"
