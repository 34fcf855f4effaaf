# SPDX-License-Identifier: Apache-2.0
# The service is switched on before the host is configured; init, and a change or two; then a shutdown in good order.
. ./systemd.sh
say pid1 "$(cat /proc/1/comm)"
systemctl enable --now $WATCH_UNIT 2>/run/out/enable.txt
say enable-exit $?
watch_until waiting 60
say unconfigured "$(unit_property ActiveState) $(watch_field state)"
etcseal init >/run/out/init.txt 2>&1
say init-exit $?
watch_until saved 60
say configured "$(unit_property ActiveState) $(watch_field state)"
say restarts "$(unit_property NRestarts)"
echo "by hand" >/etc/by-hand
say saved-in "$(saved_within 30)"
systemctl --failed --plain --no-legend >/run/out/failed.txt
say failed-units "$(cut -d' ' -f1 /run/out/failed.txt)"
journalctl -b -o short-monotonic >/run/out/journal.txt
