# SPDX-License-Identifier: Apache-2.0
# Somebody writes a boot entry with a recovery key into the firmware, as efibootmgr would, and puts it first.
. ./witness.sh
vars=/sys/firmware/efi/efivars
guid=8be4df61-93ca-11d2-aa0d-00e098032b8c
etcseal check >/run/out/check-before.txt 2>&1
say check-before $?
cat entry.bin >$vars/Boot0099-$guid
say entry-written $?
{ printf '\007\000\000\000\231\000'; tail -c +5 $vars/BootOrder-$guid; } >/tmp/order
cat /tmp/order >$vars/BootOrder-$guid
say order-written $?
etcseal check >/run/out/check-after.txt 2>&1
say check-after $?
say check-names "$(grep -c 'BootOrder has changed: the next boot starts Boot0099 (ES, /EFI/etcseal/etcseal.efi)' /run/out/check-after.txt)"
say status-names "$(etcseal status 2>&1 | grep -c 'the boot entry Boot0099 holds a recovery key')"
