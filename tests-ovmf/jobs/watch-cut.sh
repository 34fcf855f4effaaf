# SPDX-License-Identifier: Apache-2.0
# Changes something while the service runs, reports it, and continues until the harness cuts the power.
. ./look.sh
. ./watch.sh
watch_start
say watching "$(watch_field state)"
say notified "$(watch_field notified)"
echo "copied up" >>/etc/hostname
# Reported by the kernel, or not at all: the walk comes later than this.
watch_until changed 3 && say told-of-a-copy yes
watch_until saved 30
echo "in place" >>/etc/hostname
watch_until changed 3 && say told-of-a-write yes
watch_until saved 30
chmod 0640 /etc/hostname
watch_until changed 3 && say told-of-a-mode yes
watch_until saved 30
say generations "$(watch_field generation).$(watch_field revision)"
etcseal diff >/run/out/diff.txt 2>&1
say diff "$(cat /run/out/diff.txt)"
etcseal status --json | tr -d '\n' | grep -q '"unsaved": false' && say status-unsaved false
mkdir -p /etc/late/deep
echo "the last change" >/etc/late/deep/file
rm /etc/passwd
say changed yes
while :; do sleep 1; done
