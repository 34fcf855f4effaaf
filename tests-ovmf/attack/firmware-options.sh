#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What systemd takes from firmware: options from an EFI variable that another system has left there, credentials from
# SMBIOS and from QEMU's fw_cfg. The root file system is Debian's, with systemd as PID 1.
# WITHOUT=FIRMWARE_MEASURING
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start
. "$OVMF/lib/systemd_root.sh"
. "$OVMF/lib/boot_entry.sh"
SYSTEMD_MODULES+=" qemu_fw_cfg" # systemd loads it in QEMU, before it looks for credentials
BOUND=bound=500
SECRET="correct horse battery staple"
RUN="systemd.run=\"/bin/sh -c 'echo @@ obeyed=\`cat /etc/network-secret.conf\` >/dev/ttyS0'\""
OPTIONS="$RUN systemd.run_success_action=poweroff-force systemd.run_failure_action=poweroff-force"
# "f /run/planted - - - - by firmware", a line for systemd-tmpfiles.
PLANT="f /run/planted - - - - by firmware"
CREDENTIAL=io.systemd.credential.binary:tmpfiles.extra=$(printf '%s\n' "$PLANT" | base64 -w0)

bare_image() { # machine: the same image, but it takes credentials from firmware. A kernel that could resume would keep it shut anyway
	mkdir -p "$1/parts"
	cp "$OVMF_OUT"/parts/* "$1/parts/"
	printf '%s noresume nohibernate' "$CMDLINE_BARE" >"$1/parts/cmdline"
	image_build "$1/parts" "$1/bare.efi" --options-as-given
	esp_put "$1/disk.img" "$1/bare.efi" /EFI/etcseal/etcseal.efi
	rm -r "$1/parts" "$1/bare.efi"
}

# Another system on the machine: it has the same firmware, but not the host's disk.
variable_left() { # folder: vars.fd in it has the variable
	OVMF_DISK=$OVMF_NORMAL/tests-ovmf/disk.img machine_make "$1" "$UUID_HOST" no-tpm
	job_make "$1/job" set-options
	cp "$OVMF"/attack/jobs/*.sh "$1/job/"
	{
		le 7 4 # non-volatile, boot services, runtime
		utf16 "$OPTIONS"
	} >"$1/job/variable"
	machine_boot "$1" other "job=$1/job" || :
}

sealed() { # folder
	job_make "$1/job-init" init
	machine_boot "$1" first "job=$1/job-init" $BOUND || :
}

looks() { # folder, name of the boot, further options of QEMU
	local machine=$1 boot=$2
	shift 2
	job_make "$machine/job-$boot" credential
	cp "$OVMF"/attack/jobs/*.sh "$machine/job-$boot/"
	MACHINE_MORE=("$@")
	machine_boot "$machine" "$boot" "job=$machine/job-$boot" $BOUND || :
	MACHINE_MORE=()
}

attacked() { # folder: a sealed host, then with the variable, then with the string
	sealed "$1"
	machine_copy "$1" "$1-variable"
	cp "$SCRATCH/other/vars.fd" "$1-variable/vars.fd"
	looks "$1-variable" obeys
	looks "$1" credential -smbios "type=11,value=$CREDENTIAL"
}

unsealed() { # folder: a host that was never sealed, with the string, then with the same credential in fw_cfg
	looks "$1" look -smbios "type=11,value=$CREDENTIAL"
	looks "$1" fw-cfg -fw_cfg "name=opt/io.systemd.credentials/tmpfiles.extra,string=$PLANT"
}

variable_left "$SCRATCH/other"
says "$SCRATCH/other/boots/other" variable "$OPTIONS" || die "the variable wasn't written"
OVMF_DISK=$SCRATCH/systemd.img
systemd_disk "$OVMF_DISK"
machine_make "$SCRATCH/with" "$UUID_HOST" tpm
machine_make "$SCRATCH/keeps-out" "$UUID_HOST" no-tpm
machine_make "$SCRATCH/lets-in" "$UUID_HOST" no-tpm
bare_image "$SCRATCH/lets-in"
(
	without FIRMWARE_MEASURING
	OVMF_DISK=$SCRATCH/systemd-without.img
	systemd_disk "$OVMF_DISK"
	machine_make "$SCRATCH/without" "$UUID_HOST" tpm
	bare_image "$SCRATCH/without"
)
attacked "$SCRATCH/with" &
(without FIRMWARE_MEASURING && attacked "$SCRATCH/without") &
wait
unsealed "$SCRATCH/keeps-out" &
unsealed "$SCRATCH/lets-in" &
wait

with=$SCRATCH/with-variable/boots/obeys without=$SCRATCH/without-variable/boots/obeys
attack A3 "SystemdOptions, left by another system (boot)" "firmware's options measured"
held "the host is sealed" says "$SCRATCH/with/boots/first" backup-exit 0
held "the key stays shut" stays_shut "$with"
held "PCR 12 and the variable are named" shows "$with" 'PCR 12 .*EFI variable SystemdOptions: systemd\.run'
held "the stub says that it is set" shows "$with" 'the EFI variable SystemdOptions is set, and measured'
succeeds "it opens" says "$without" unlock-exit 0
succeeds "and systemd obeys: the attacker's command reads the configuration" says "$without" obeyed "psk=$SECRET"

with=$SCRATCH/with/boots/credential without=$SCRATCH/without/boots/credential
attack A3 "a credential in SMBIOS (boot)" "firmware's options measured"
held "the key stays shut" stays_shut "$with"
held "PCR 12 and the string are named" shows "$with" \
	'PCR 12 .*SMBIOS string io\.systemd\.credential\.binary:tmpfiles\.extra'
succeeds "it opens" says "$without" opened-by tpm
succeeds "and systemd honours the credential" says "$without" credential "by firmware"

with=$SCRATCH/keeps-out/boots/look without=$SCRATCH/lets-in/boots/look
attack A3 "the same, on a host that nobody has sealed (boot)" "systemd.import_credentials=no"
held "systemd is PID 1" says "$with" pid1 systemd
held "the string is set" says "$with" smbios yes
held "systemd ignores it" says "$with" credential none
held "the option is in the image" says "$with" cmdline "$CMDLINE"
succeeds "the string is set" says "$without" smbios yes
succeeds "systemd honours it" says "$without" credential "by firmware"

with=$SCRATCH/keeps-out/boots/fw-cfg without=$SCRATCH/lets-in/boots/fw-cfg
attack A3 "the same by QEMU's fw_cfg (boot)" "systemd.import_credentials=no"
held "systemd is PID 1" says "$with" pid1 systemd
held "the credential is set" says "$with" fw-cfg yes
held "systemd ignores it" says "$with" credential none
held "the option is in the image" says "$with" cmdline "$CMDLINE"
succeeds "the credential is set" says "$without" fw-cfg yes
succeeds "systemd honours it" says "$without" credential "by firmware"
attack_end
