# SPDX-License-Identifier: Apache-2.0
# The running system gives the firmware a new list of forbidden programs, as fwupd does.
. ./init.sh
etcseal check >/run/out/check-before.txt 2>&1
say check-before $?
say appended "$(./append /sys/firmware/efi/efivars/dbx-d719b2cb-3d3a-4596-a3bc-dad00e67656f dbx.auth 2>&1 && echo yes)"
etcseal check >/run/out/check-after.txt 2>&1
say check-after $?
etcseal reseal >/run/out/reseal.txt 2>&1
say reseal-exit $?
