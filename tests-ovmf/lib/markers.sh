# SPDX-License-Identifier: Apache-2.0
# Secrets of twelve kinds, as an existing host has them in /etc, each with a word that is found wherever it was copied to.
# To be sourced.

# word, mode, path, content (the word stands for %s)
markers_list() {
	cat <<'LIST'
shadowhash 640 /etc/shadow root:$y$j9T$MARKERshadowhash$9sJkMZJ5Jz0000000000000000000000000000000:19700:0:99999:7:::
hostkey 600 /etc/ssh/ssh_host_ed25519_key -----BEGIN OPENSSH PRIVATE KEY-----\nMARKERhostkey\n-----END OPENSSH PRIVATE KEY-----
wireguard 600 /etc/wireguard/wg0.conf [Interface]\nPrivateKey = MARKERwireguard=\n
networkpsk 600 /etc/NetworkManager/system-connections/home.nmconnection [wifi-security]\nkey-mgmt=wpa-psk\npsk=MARKERnetworkpsk\n
tlskey 640 /etc/ssl/private/host.key -----BEGIN PRIVATE KEY-----\nMARKERtlskey\n-----END PRIVATE KEY-----\n
fstabcred 600 /etc/cifs.credentials username=backup\npassword=MARKERfstabcred\n
modoption 600 /etc/modprobe.d/secret.conf options dummy key=MARKERmodoption\n
sudoers 440 /etc/sudoers.d/deploy # MARKERsudoers\ndeploy ALL=(ALL) NOPASSWD: /usr/bin/true\n
cryptkey 400 /etc/keys/data.key MARKERcryptkey
cronsecret 600 /etc/cron.d/report 0 4 * * * root /usr/bin/true --token=MARKERcronsecret\n
aptauth 600 /etc/apt/auth.conf.d/internal.conf machine apt.example login deploy password MARKERaptauth\n
samba 600 /etc/samba/smbpasswd backup:1000:MARKERsamba:[U          ]:LCT-65000000:\n
LIST
}

# Copies outside /etc, in places that the preset covers.
markers_copies() {
	cat <<'LIST'
backup 600 /var/backups/shadow.bak root:$y$j9T$MARKERbackup$9sJkMZJ5Jz0000000000000000000000000000000:19700:0:99999:7:::
crontab 600 /var/spool/cron/crontabs/root 0 4 * * * /usr/bin/true --token=MARKERcrontab\n
debconf 600 /var/cache/debconf/passwords.dat Name: app/password\nTemplate: app/password\nValue: MARKERdebconf\nOwners: app\n\n
LIST
}

# Into the root file system of an image, as if they had been there when the host was installed.
markers_plant() { # ext4 image
	local word mode path content folder part commands=$SCRATCH/markers.debugfs
	: >"$commands"
	while read -r word mode path content; do
		printf '%b' "$content" >"$SCRATCH/marker-$word"
		folder=
		for part in $(tr / ' ' <<<"${path%/*}"); do
			folder=$folder/$part
			echo "mkdir $folder" >>"$commands"
		done
		printf '%s\n' "rm $path" "write $SCRATCH/marker-$word $path" "sif $path mode 0100$mode" >>"$commands"
	done < <(markers_list && markers_copies)
	# It complains of folders that are there already, and files that aren't.
	debugfs -w -f "$commands" "$1" >"$SCRATCH/markers.log" 2>&1
	e2fsck -fn "$1" >>"$SCRATCH/markers.log" 2>&1 || die "markers: $(tail -n 5 "$SCRATCH/markers.log")"
}

# The words that are found in a file, whatever it is.
markers_found() { # file
	(grep -aoE 'MARKER[a-z]+' "$1" || :) | sort -u | sed 's/^MARKER//' | tr '\n' ' '
}

markers_all() {
	(markers_list && markers_copies) | cut -d' ' -f1 | sort | tr '\n' ' '
}

# Whether `etcseal below` lists every one of them, in that state.
markers_listed() { # its output, state
	local word mode path content
	while read -r word mode path content; do
		grep -qE "^$2 .* $path( |\$)" "$1" || {
			echo "$1 doesn't list $path as $2 ($word, $mode, ${#content} bytes)"
			return 1
		}
	done < <(markers_list)
}
