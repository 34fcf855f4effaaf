# SPDX-License-Identifier: Apache-2.0
# What the command prints on a host that opened automatically.
. ./look.sh
etcseal recovery list >/run/out/recovery.txt 2>&1
say recovery-list-exit $?
mkdir /tmp/extracted
etcseal extract --to=/tmp/extracted >/run/out/extract.txt 2>&1
say extract-exit $?
say extracted "$(cat /tmp/extracted/etc/network-secret.conf)"
