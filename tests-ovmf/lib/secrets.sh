# SPDX-License-Identifier: Apache-2.0
# Twelve working secrets of a host that existed before, in the places where Debian's services look for them. Each leaves a needle, a
# piece of it that a raw search finds wherever it was copied to, and what proves that the service still uses it. To be sourced.

secret_word() { # prints 24 characters that nobody has
	openssl rand -hex 12
}

put() { # tree, mode, path, content
	mkdir -p "$1${3%/*}"
	rm -f "$1$3" # a package may have a symlink there
	printf '%b' "$4" >"$1$3"
	chmod "$2" "$1$3"
}

needle() { # name, text: at least 20 characters
	[ ${#2} -ge 20 ] || die "the needle of $1 is too short"
	printf '%s %s\n' "$1" "$2" >>"$SECRETS/needles"
}

secret_login() { # tree
	local hash
	LOGIN=$(secret_word)
	hash=$(openssl passwd -6 "$LOGIN")
	debian_chroot "$1" useradd -m -p "$hash" deploy
	needle shadow "${hash##*\$}"
	put "$1" 440 /etc/sudoers.d/deploy "# token $(secret_word)\ndeploy ALL=(root) /usr/bin/id\n"
	needle sudoers "$(sed -n 's/^# token //p' "$1/etc/sudoers.d/deploy")"
}

secret_ssh() { # tree
	ssh-keygen -q -t ed25519 -N '' -C host -f "$1/etc/ssh/ssh_host_ed25519_key"
	needle hostkey "$(sed -n 4p "$1/etc/ssh/ssh_host_ed25519_key" | cut -c1-60)"
	sed 's/^/127.0.0.1 /' "$1/etc/ssh/ssh_host_ed25519_key.pub" >"$SECRETS/known_hosts"
}

secret_networks() { # tree
	local psk wireguard
	psk=$(secret_word) wireguard=$(debian_chroot "$1" wg genkey)
	put "$1" 600 /etc/wireguard/wg0.conf "[Interface]\nPrivateKey = $wireguard\nListenPort = 51820\nAddress = 10.9.0.1/24\n"
	needle wireguard "${wireguard%=}"
	debian_chroot "$1" wg pubkey <<<"$wireguard" >"$SECRETS/wireguard.pub"
	put "$1" 600 /etc/NetworkManager/system-connections/home.nmconnection "[connection]\nid=home\nuuid=$(cat /proc/sys/kernel/random/uuid)
type=wifi\nautoconnect=false\n[wifi]\nssid=home\nmode=infrastructure\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=$psk\n[ipv4]\nmethod=auto\n"
	needle network "$psk"
	echo "$psk" >"$SECRETS/psk"
}

secret_web() { # tree: a repository of apt that wants a password, over TLS
	local password
	password=$(secret_word)
	openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 3650 \
		-keyout "$1/etc/ssl/private/host.key" -out "$1/etc/ssl/certs/host.crt" 2>/dev/null
	chmod 640 "$1/etc/ssl/private/host.key"
	needle tls "$(sed -n 10p "$1/etc/ssl/private/host.key")"
	put "$1" 644 /etc/nginx/sites-enabled/default 'server { listen 127.0.0.1:443 ssl; ssl_certificate /etc/ssl/certs/host.crt;
ssl_certificate_key /etc/ssl/private/host.key; root /srv/www; auth_basic "x"; auth_basic_user_file /etc/nginx/users; }\n'
	put "$1" 644 /etc/nginx/users "apt:$(openssl passwd -apr1 "$password")\n"
	put "$1" 600 /etc/apt/auth.conf.d/internal.conf "machine localhost login apt password $password\n"
	needle apt "$password"
	put "$1" 644 /etc/apt/apt.conf.d/90internal 'Acquire::https::CaInfo "/etc/ssl/certs/host.crt";\n'
	put "$1" 644 /etc/apt/sources.list 'deb [trusted=yes] https://localhost ./\n'
	put "$1" 644 /srv/www/Packages ''
}

secret_share() { # tree
	local password
	password=$(secret_word)
	put "$1" 644 /etc/samba/smb.conf "[global]\nserver role = standalone\npassdb backend = smbpasswd:/etc/samba/smbpasswd
interfaces = 127.0.0.1\nbind interfaces only = yes\nload printers = no\ndisable spoolss = yes\n[share]\npath = /srv/share\nread only = yes\n"
	put "$1" 644 /srv/share/file 'from the share'
	debian_chroot "$1" sh -ec 'useradd -M -s /usr/sbin/nologin backup2; touch /etc/samba/smbpasswd; chmod 600 /etc/samba/smbpasswd
		smbpasswd -s -a backup2' <<<"$password"$'\n'"$password" >/dev/null 2>"$SCRATCH/smbpasswd.log" || die "smbpasswd: $(cat "$SCRATCH/smbpasswd.log")"
	needle samba "$(cut -d: -f4 "$1/etc/samba/smbpasswd")"
	put "$1" 600 /etc/cifs.credentials "username=backup2\npassword=$password\n"
	needle cifs "$password"
	mkdir -p "$1/mnt/share"
	echo '//127.0.0.1/share /mnt/share cifs credentials=/etc/cifs.credentials,noauto,ro 0 0' >>"$1/etc/fstab"
}

secret_kernel() { # tree
	local word
	word=$(secret_word)
	# systemd's own file says numdummies=0; the last one counts.
	put "$1" 600 /etc/modprobe.d/zz-secret.conf "options dummy numdummies=3 key=$word\n"
	needle modprobe "$word"
}

secret_volume() { # tree: a LUKS2 volume in a file
	local key
	key=$(secret_word)
	put "$1" 400 /etc/keys/data.key "$key"
	needle crypttab "$key"
	truncate -s 20M "$1/var/lib/data.luks"
	debian_chroot "$1" cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \
		--key-file /etc/keys/data.key /var/lib/data.luks || die "cryptsetup: no volume"
	echo 'data /var/lib/data.luks /etc/keys/data.key luks' >>"$1/etc/crypttab"
}

secret_cron() { # tree
	local word
	word=$(secret_word)
	put "$1" 600 /etc/cron.d/report "TOKEN=$word\n@reboot root printenv TOKEN >/run/cron-ran\n"
	needle cron "$word"
	echo "$word" >"$SECRETS/token"
}

secrets_plant() { # tree, folder for what is known of them
	SECRETS=$2
	mkdir -p "$SECRETS"
	: >"$SECRETS/needles"
	put "$1" 644 /etc/hosts '127.0.0.1 localhost\n127.0.1.1 guest\n'
	secret_login "$1"
	secret_ssh "$1"
	secret_networks "$1"
	secret_web "$1"
	secret_share "$1"
	secret_kernel "$1"
	secret_volume "$1"
	secret_cron "$1"
	echo "$LOGIN" >"$SECRETS/login"
	cut -d' ' -f2 "$SECRETS/needles" >"$SECRETS/words"
}

secrets_all() {
	cut -d' ' -f1 "$SECRETS/needles" | sort | tr '\n' ' '
}

# The names of those that are found in a file, whatever it is.
secrets_found() { # file
	(grep -aoFf "$SECRETS/words" "$1" || :) | sort -u | (grep -Ff - "$SECRETS/needles" || :) | cut -d' ' -f1 | sort | tr '\n' ' '
}
