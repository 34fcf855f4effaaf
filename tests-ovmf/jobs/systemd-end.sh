# SPDX-License-Identifier: Apache-2.0
# After the power cut: what systemd does when the service dies, and on a host that wasn't started through etcseal; and a
# shutdown whose last save needs a boot partition that was mounted on demand.
. ./systemd.sh
say last-minute "$(cat /etc/last-minute 2>/dev/null || echo missing)"
watch_until saved 60
kill -KILL "$(unit_property MainPID)"
rm $WATCH_JSON
watch_until saved 60
say after-a-kill "$(unit_property ActiveState) $(unit_property NRestarts)"
systemctl stop $WATCH_UNIT
say stopped "$(unit_property ActiveState) $(unit_property Result)"
mv /run/etcseal/boot.json /run/etcseal/boot.away
systemctl start $WATCH_UNIT
say not-ours "$(unit_property ActiveState) $(unit_property ConditionResult)"
mv /run/etcseal/boot.away /run/etcseal/boot.json
systemctl start $WATCH_UNIT
watch_until saved 60
say automount "$(systemctl show -P ActiveState efi.automount) $(systemctl show -P ActiveState efi.mount)"
say held "$(umount /efi 2>/dev/null && echo no || echo yes)"
journalctl -b -o short-monotonic >/run/out/journal.txt
