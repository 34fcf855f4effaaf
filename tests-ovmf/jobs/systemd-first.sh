# SPDX-License-Identifier: Apache-2.0
# The service is enabled before the host is configured; init, and a change or two; then a clean shutdown.
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
# Its writable mappings, and those of them that can be swapped.
say swappable "$(awk '/^[0-9a-f]+-/ { w = $2 ~ /^rw/; n += w } /^VmFlags:/ && w && !/ lo/ { u++ } END { print (n > 10), u + 0 }' \
	"/proc/$(unit_property MainPID)/smaps")"
say restarts "$(unit_property NRestarts)"
echo "by hand" >/etc/by-hand
say saved-in "$(saved_within 30)"
systemctl --failed --plain --no-legend >/run/out/failed.txt
say failed-units "$(cut -d' ' -f1 /run/out/failed.txt)"
journalctl -b -o short-monotonic >/run/out/journal.txt
