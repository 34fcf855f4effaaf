# SPDX-License-Identifier: Apache-2.0
# A host that opened automatically makes a change and backs it up.
. ./look.sh
echo "second thoughts" >>/etc/motd
etcseal backup >/run/out/backup.txt 2>&1
say backup-exit $?
etcseal init >/run/out/init-again.txt 2>&1
say init-again-exit $?
cp -r /efi/etcseal /run/out/banks-after
