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
debconf 600 /var/cache/debconf/passwords.dat-old Name: app/password\nTemplate: app/password\nValue: MARKERdebconf\nOwners: app\n\n
LIST
}

# As if they had been there when the host was installed.
markers_plant_tree() { # tree
	local word mode path content
	while read -r word mode path content; do
		mkdir -p "$1${path%/*}"
		printf '%b' "$content" >"$1$path"
		chmod "$mode" "$1$path"
	done < <(markers_list && markers_copies)
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

# The same, also in what is compressed: on the disk wherever it begins, and in every file that can hold an initramfs, put
# together from its pieces.
markers_unpacked() { # disk
	local file name list=$SCRATCH/unpacked root=$SCRATCH/root-to-search
	"$BUILD/tests-ovmf/unpack" "$1" >"$list"
	while IFS= read -r file; do
		[[ $file != */ ]] || continue
		esp_get "$1" "${file#::}" "$SCRATCH/unpacked.file"
		"$BUILD/tests-ovmf/unpack" "$SCRATCH/unpacked.file" >>"$list"
	done < <(esp_list "$1" /EFI)
	dd if="$1" of="$root" bs=1M skip=$(((ESP_START + ESP_SECTORS) * 512))B conv=sparse status=none
	while IFS= read -r name; do
		debugfs -R "dump /boot/$name $SCRATCH/unpacked.file" "$root" 2>/dev/null
		"$BUILD/tests-ovmf/unpack" "$SCRATCH/unpacked.file" >>"$list"
	done < <(debugfs -R "ls -p /boot" "$root" 2>/dev/null | awk -F/ '$6 ~ /^initrd/ { print $6 }')
	rm -f "$root" "$SCRATCH/unpacked.file"
	sed 's/.* //' "$list" | sort -u | tr '\n' ' '
}

# Those in the initramfs of a boot image on the boot partition.
markers_in_image() { # disk, path
	esp_get "$1" "$2" "$SCRATCH/unpacked.efi"
	"$BUILD/tests-ovmf/unpack" "$SCRATCH/unpacked.efi" | sed -n 's/^packed //p' | sort -u | tr '\n' ' '
	rm "$SCRATCH/unpacked.efi"
}
