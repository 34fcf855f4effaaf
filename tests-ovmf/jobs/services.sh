# SPDX-License-Identifier: Apache-2.0
# Each service of lib/debian_services.sh does what it needs its secret for; the job's folder has what to expect. Sourced.
. ./debian.sh

active() { systemctl is-active "$@" 2>/dev/null; }
try() { # name, a command: what it printed, at most 200 bytes
	name=$1
	shift
	say "$name" "$("$@" 2>&1 | tail -c 200)"
}

password_login() { runuser -u deploy -- sudo -S -k -p '' /usr/bin/id -u <login 2>/run/out/sudo.txt; }
host_key() {
	ssh -o BatchMode=yes -o UserKnownHostsFile="$PWD/known_hosts" -o StrictHostKeyChecking=yes -o HostKeyAlgorithms=ssh-ed25519 \
		-o PreferredAuthentications=none root@127.0.0.1 true 2>&1 | grep -oE 'Permission denied|verification failed|refused'
}
wireguard() { wg-quick up wg0 >/run/out/wg.txt 2>&1; wg show wg0 public-key | cmp - wireguard.pub && echo same; wg-quick down wg0 >>/run/out/wg.txt 2>&1; }
network() { nmcli -s -g 802-11-wireless-security.psk connection show home | cmp - psk && echo same; }
fetch() { apt-get update >/run/out/apt.txt 2>&1 && ! grep -qE '^(Err|W|E):' /run/out/apt.txt && echo fetched; }
share() { mount /mnt/share >/run/out/mount.txt 2>&1; cat /mnt/share/file; umount /mnt/share; }
options() { modprobe dummy; ls -d /sys/class/net/dummy* | wc -l; modprobe -r dummy; }
volume() { active systemd-cryptsetup@data.service; }
cron_ran() {
	i=0
	while [ ! -s /run/cron-ran ] && [ $i -lt 600 ]; do
		i=$((i + 1))
		sleep 0.1
	done
	cmp /run/cron-ran token && echo same
}

services() {
	say system "$(systemctl is-system-running --wait)"
	try login password_login
	try hostkey host_key
	try wireguard wireguard
	try network network
	try web-and-apt fetch
	try share share
	try modprobe options
	try crypttab volume
	try cron cron_ran
}
