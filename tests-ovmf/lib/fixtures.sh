# SPDX-License-Identifier: Apache-2.0
# Machines that several scenarios start from, made once in a run: "tpm" and "kdf" have been through act 1.

fixture() { # name, folder: a copy of that machine there
	local master=$OVMF_FIXTURES/$1 tpm=tpm
	[ "$1" != kdf ] || tpm=no-tpm
	(
		flock 9
		if [ ! -e "$master/made" ]; then
			machine_make "$master" "$UUID_HOST" "$tpm"
			act_first_boot "$master" || echo "@@ harness=act 1 failed" >>"$master/boots/first/serial.log"
			touch "$master/made"
		fi
	) 9>"$OVMF_FIXTURES/$1.lock"
	machine_copy "$master" "$2"
	[ ! -e "$master/recovery-key" ] || cp "$master/recovery-key" "$2/"
	cp -r "$master/boots/first" "$2/boots/"
}
