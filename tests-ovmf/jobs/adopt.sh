# SPDX-License-Identifier: Apache-2.0
# What the jobs about adopted files ask: sourced.
. ./debian.sh
sums() { # of every file in /etc that somebody would miss
	(cd /etc && find shadow passwd group fstab hostname motd ssh wireguard NetworkManager ssl/private cifs.credentials modprobe.d sudoers.d \
		keys cron.d apt samba -type f -exec sha256sum {} + 2>/dev/null | sort -k2 | sha256sum | cut -d' ' -f1)
}
# Without the copies elsewhere, which come after an empty line.
below() { etcseal below | sed '/^$/,$d' | grep -vE '^(The files themselves|Below the configuration|left )'; }
