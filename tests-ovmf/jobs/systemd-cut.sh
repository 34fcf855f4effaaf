# SPDX-License-Identifier: Apache-2.0
# The boot after that: what has come back, and what the journal kept of the previous boot; then a change, and the power
# is cut.
. ./systemd.sh
say late "$(cat /etc/late-write 2>/dev/null || echo missing)"
say by-hand "$(cat /etc/by-hand 2>/dev/null || echo missing)"
say enabled "$(systemctl is-enabled $WATCH_UNIT)"
watch_until saved 60
say active "$(unit_property ActiveState) $(unit_property SubState)"
say status "$(json_field running) $(json_field state) $(json_field notified)"
journalctl -b -1 -o short-monotonic >/run/out/journal-of-first.txt 2>&1
say journal-started "$(journal_has 957e83aebaa74e5e952ad28b2d925003 -b -1)"
say journal-waiting "$(journal_has 5b5139db7bd6481da01e14011bb5b487 -b -1)"
say journal-saved "$(journal_has 93b42a9384bb452cbe755636eec9de16 -b -1)"
say journal-stopped "$(journal_has 000253b81b384323b3f8683daa8b9143 -b -1)"
say journal-lost "$(journal_has 27987f57e12843be89208d524e0cceb8 -b -1)"
say journal-failed "$(journal_has 37dd77d107e24d0f8838b9e7051aab8e -b -1)"
say journal-unit "$(journalctl -q -b -1 -o cat --output-fields=_SYSTEMD_UNIT MESSAGE_ID=000253b81b384323b3f8683daa8b9143)"
journalctl -b -o short-monotonic >/run/out/journal.txt
tar -cf /dev/vdb -C /run/out .
# From the next boot on, the boot partition is mounted on demand.
sed -i '/ \/efi /s/flush/flush,noauto,x-systemd.automount,x-systemd.idle-timeout=1s/' /etc/fstab
echo "just before the cut" >/etc/last-minute
say saved-in "$(saved_within 30)"
say changed yes
while :; do sleep 1; done
