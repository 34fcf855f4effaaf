# SPDX-License-Identifier: Apache-2.0
. ./systemd.sh
say late-lines "$(grep -c . /etc/late-write)"
say late "$(tail -n 1 /etc/late-write)"
journalctl -b -1 -o short-monotonic >/run/out/journal-of-last.txt 2>&1
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
say before-timer "$(nobody etcseal monitor | cut -d' ' -f1,2)"
systemctl start etcseal-monitor.service
say monitor-unit "$(systemctl show -P Result etcseal-monitor.service)"
nobody etcseal monitor >/run/out/monitor.txt 2>&1
say monitor-nobody "$? $(cut -d' ' -f1,2 /run/out/monitor.txt)"
nobody etcseal status >/run/out/status-nobody.txt 2>&1
say status-nobody "$? $(grep -c 'This boot *opened' /run/out/status-nobody.txt)"
say metrics "$(grep -c '^etcseal_next_boot_opens 1$' /run/etcseal-public/etcseal.prom)"
