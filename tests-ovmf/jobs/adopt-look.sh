# SPDX-License-Identifier: Apache-2.0
. ./adopt.sh
say opened-by "$(field opened_by)"
say sums "$(sums)"
etcseal below >/run/out/below.txt 2>&1
say below "$(below)"
etcseal status >/run/out/status.txt 2>&1
lower=$(sed -n 's/^etcseal \/etc overlay .*lowerdir=\([^,]*\).*/\1/p' /proc/mounts)
say lower "$lower"
say lower-there "$([ -d "$lower/systemd" ] && echo yes || echo no)"
say lower-writable "$(touch "$lower/x" 2>/dev/null && echo yes || echo no)"
find "$lower" >/run/out/lower.txt
echo "a new password" >/etc/cifs.credentials
rm /etc/keys/data.key
etcseal backup >/run/out/backup.txt 2>&1
debian_facts
