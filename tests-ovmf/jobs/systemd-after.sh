# SPDX-License-Identifier: Apache-2.0
. ./systemd.sh
say late-lines "$(grep -c . /etc/late-write)"
say late "$(tail -n 1 /etc/late-write)"
journalctl -b -1 -o short-monotonic >/run/out/journal-of-last.txt 2>&1
