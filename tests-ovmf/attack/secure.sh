#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secure Boot on and required, with two keys in db: the owner's, which signed the image, and another, as Microsoft's in
# most firmware. What the holder of the other key signs starts too.
# WITHOUT=LOADER_PCR OPTIONS_DROP
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/attack/lib.sh"
attack_start
need cert-to-efi-sig-list sign-efi-sig-list hash-to-efi-sig-list openssl
GUID=1f9a3c52-6d0e-4b57-9b1e-0c5a7d3e8f24

signed_list() { # db or dbx, list: NAME.auth in the job
	sign-efi-sig-list -a -g $GUID -k "$(snakeoil_key)" -c "$SNAKEOIL.pem" "$1" "$2" "$SCRATCH/enrol-$1/$1.auth" >/dev/null
}

# Two stores of firmware variables: db with both keys, and the same with something more in dbx.
enrol() {
	local m=$SCRATCH/enrolled name
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=another in db" -keyout "$SCRATCH/other.key" \
		-out "$SCRATCH/other.pem" 2>/dev/null
	for name in db dbx; do
		job_make "$SCRATCH/enrol-$name" enrol
		cp "$OVMF"/attack/jobs/*.sh "$OVMF_NORMAL/tests-ovmf/append" "$SCRATCH/enrol-$name/"
	done
	cert-to-efi-sig-list -g $GUID "$SCRATCH/other.pem" "$SCRATCH/db.esl"
	signed_list db "$SCRATCH/db.esl"
	hash-to-efi-sig-list "$OVMF_OUT/systemd.efi" "$SCRATCH/dbx.esl" >/dev/null
	signed_list dbx "$SCRATCH/dbx.esl"
	machine_make "$m" "$UUID_HOST" tpm
	machine_secure_boot "$m"
	machine_boot "$m" db "job=$SCRATCH/enrol-db" || :
	cp "$m/vars.fd" "$SCRATCH/vars-db.fd"
	machine_boot "$m" dbx "job=$SCRATCH/enrol-dbx" || :
	cp "$m/vars.fd" "$SCRATCH/vars-dbx.fd"
}

sealed() { # folder
	machine_make "$1" "$UUID_HOST" tpm
	machine_secure_boot "$1"
	cp "$SCRATCH/vars-db.fd" "$1/vars.fd"
	job_make "$1/job-require" require
	machine_boot "$1" first "job=$1/job-require" || :
	grep -m1 -oE '([0-9]{6}-){15}[0-9]{6}' "$1/boots/first/out/init.txt" >"$1/recovery-key" || :
}

other_signs() { # file
	sbsign --key "$SCRATCH/other.key" --cert "$SCRATCH/other.pem" --output "$1.signed" "$1" >/dev/null 2>&1
	mv "$1.signed" "$1"
}

attacked() { # folder: every way in which the firmware's state may differ
	local m=$1
	sealed "$m"
	for way in db dbx off replay; do
		machine_copy "$m" "$m-$way"
	done
	cp /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd "$m-db/vars.fd"
	act_look "$m-db" look || :
	cp "$SCRATCH/vars-dbx.fd" "$m-dbx/vars.fd"
	act_look "$m-dbx" look || :
	rm "$m-off/secure-boot"
	cp "$OVMF_VARS" "$m-off/vars.fd"
	act_look "$m-off" look || :
	evil_put "$m-replay"
	cp "$OVMF_NORMAL/tests-ovmf/evil/replay.efi" "$m-replay/replay.efi"
	cp "$KERNEL" "$m-replay/vmlinuz"
	for file in replay.efi vmlinuz; do
		other_signs "$m-replay/$file"
		esp_put "$m-replay/disk.img" "$m-replay/$file" /EFI/evil/$file
	done
	machine_boot "$m-replay" look 'image=\EFI\evil\replay.efi' || :
}

tokens() { # folder, machine whose banks and key these are
	banks_copy "$2" "$1-banks"
	machine_make "$1" "$UUID_HOST" tpm
	machine_secure_boot "$1"
	banks_restore "$1" "$1-banks" 2>/dev/null || mcopy -i "$1/disk.img@@$ESP_OFFSET" -s "$1-banks" ::/etcseal
	act_look "$1" tokens "options=$CMDLINE init=/bin/sh etcseal.recovery=$(cat "$2/recovery-key") rd.break" || :
}

enrol
for name in db dbx; do
	[ "$(said "$SCRATCH/enrolled/boots/$name/serial.log" $name-appended)" = yes ] || die "$name wasn't changed"
done
attacked "$SCRATCH/with" &
(without LOADER_PCR && attacked "$SCRATCH/without") &
wait
tokens "$SCRATCH/tokens" "$SCRATCH/with" &
(without OPTIONS_DROP && tokens "$SCRATCH/tokens-without" "$SCRATCH/with") &
wait

for way in db dbx off; do
	case $way in
	db) words="db changed" named='PCR 7 .*db' ;;
	dbx) words="dbx changed" named='PCR 7 .*dbx' ;;
	off) words="Secure Boot switched off" named='PCR 7 .*SecureBoot' ;;
	esac
	with=$SCRATCH/with-$way/boots/look without=$SCRATCH/without-$way/boots/look
	attack 4 "$words (boot)" "PCR 7 in the seal"
	held "sealed, with Secure Boot required" says "$SCRATCH/with/boots/first" required true
	held "the key stays shut" stays_shut "$with"
	held "and it is named" shows "$with" "$named"
	succeeds "it opens" says "$without" opened-by tpm
done

with=$SCRATCH/with-replay/boots/look without=$SCRATCH/without-replay/boots/look
attack 3 "PCR 11 replayed by what another key in db has signed (boot)" "PCR 7 in the seal"
held "it measures everything that the stub would" says "$with" replayed Success
held "the attacker's system runs" says "$with" attacker ran
held "the TPM gives it nothing, because of PCR 7 alone" says "$with" unseal "tpm-policy PCR7"
succeeds "the attacker has the key" says "$without" unseal key

with=$SCRATCH/tokens/boots/tokens without=$SCRATCH/tokens-without/boots/tokens
attack 9 "init=/bin/sh beside the recovery key, Secure Boot on (boot)" "dropping of options"
held "the recovery key is used" says "$with" opened-by recovery
held "the kernel's options are the image's alone" says "$with" cmdline "$CMDLINE"
succeeds "the recovery key is used" says "$without" opened-by recovery
succeeds "the smuggled options are in effect" says "$without" cmdline "$CMDLINE init=/bin/sh rd.break"
attack_end
