# SPDX-License-Identifier: Apache-2.0
. ./adopt.sh
say opened-by "$(field opened_by)"
say sums "$(sums)"
etcseal below >/run/out/below.txt 2>&1
say below "$(below | grep -v ' /var/')"
etcseal status >/run/out/status.txt 2>&1
lower=$(sed -n 's/^etcseal \/etc overlay .*lowerdir=\([^,]*\).*/\1/p' /proc/mounts)
say lower "$lower"
say lower-there "$([ -d "$lower/systemd" ] && echo yes || echo no)"
say lower-writable "$(touch "$lower/x" 2>/dev/null && echo yes || echo no)"
find "$lower" >/run/out/lower.txt
say loop-option "$(cat /sys/module/loop/parameters/max_loop)"
# The old image goes: it had secrets.
shred -u /boot/efi/EFI/etcseal/etcseal.efi
say images "$(ls /boot/efi/EFI/etcseal)"
echo "a new password" >/etc/cifs.credentials
rm /etc/keys/data.key
etcseal backup >/run/out/backup.txt 2>&1
# The preset's folders are covered since this start: what is in them is adopted now.
say first-covered "$(cat /run/etcseal/first-covered)"
systemctl start etcseal-watch.service
say watch "$(systemctl is-active etcseal-watch.service)"
i=0
while [ -e /run/etcseal/first-covered ] && [ $i -lt 600 ]; do
	i=$((i + 1))
	sleep 0.1
done
say copies-adopted "$(etcseal below | grep -cE '^pending .* /var/(backups/shadow.bak|spool/cron/crontabs/root|cache/debconf/passwords.dat-old) ')"
debian_facts
