#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A changed image with the recovery key among the boot options, in the forms that people type: it opens, and the key is
# nowhere. One boot has the same key in every form below, which counts as one key; another has a mistyped one under an
# unknown name.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
scenario_start
fixture tpm "$SCRATCH/m"
image_change "$SCRATCH/m" .osrel 5
key=$(cat "$SCRATCH/m/recovery-key")
{
	recovery_needles "$key"
	for joint in / . '‑' '–' $'\u00a0' ' '; do # as in the forms below
		recovery_needles "$key" | sed 1d | sed "s|-|$joint|"
	done
} >"$SCRATCH/needles"

boot() { # machine, name of the boot, the options
	job_make "$1/job-$2" search
	cp "$SCRATCH/needles" "$1/job-$2/"
	machine_boot "$1" "$2" "job=$1/job-$2" "options=$3"
}

nowhere() { # boot, what it is
	check "$2: nor in dmesg" says "$1" key-in-dmesg 0
	check "$2: nor in the TCG event log" says "$1" key-in-event-log 0
	check "$2: nor in an EFI variable" says "$1" key-in-efi-variables 0
	check "$2: nor in a file of /run" says "$1" key-in-run 0
	check "$2: nor in a process" says "$1" key-in-processes 0
	check "$2: the search can find one" says "$1" key-in-the-needles 1
	check "$2: the log itself, searched from outside" holds_none "$1/out/event-log" "$SCRATCH/needles"
	check "$2: nor on the console" holds_none "$1/serial.log" "$SCRATCH/needles"
}

forms="etcseal.recovery=$key encryptionRecoveryKey='$key' ENCRYPTIONRECOVERYKEY=${key//-//} Etcseal.Recovery=${key//-/‑}"
forms+=" MyKey=“${key//-/–}”, \"k=${key//-/ }\" x={00000000-0000-0000-0000-000000000000} $key"
forms+=" y=${key//-/$'\u00a0'} a=${key:0:55} b=${key:56} z=${key//-/}"
group=$(cut -d- -f7 <<<"$key")
wrong=$(cut -d- -f1-6 <<<"$key")-O${group:1}-$(cut -d- -f8- <<<"$key")
machine_copy "$SCRATCH/m" "$SCRATCH/forms"
machine_copy "$SCRATCH/m" "$SCRATCH/mistyped"
boot "$SCRATCH/forms" recovery "$CMDLINE $forms" || :
boot "$SCRATCH/mistyped" recovery "$CMDLINE MyKey=$wrong" || :

b=$SCRATCH/forms/boots/recovery
check "each form of one key: it opens" says "$b" opened-by recovery
check "each form: the file is back" says "$b" file "psk=correct horse battery staple"
check "each form: the kernel got the rest of what was typed, and no more" says "$b" cmdline "$CMDLINE"
check "each form: no key in /proc/cmdline" says "$b" key-in-cmdline 0
nowhere "$b" "each form"
check "each form: nor on the disk" holds_none "$SCRATCH/forms/disk.img" "$SCRATCH/needles"
measured_take "$b"
check "each form: the event log still replays to the TPM's PCRs" log_replays "$b"
check "each form: PCR 12 shows a recovery boot, and nothing was added to the image's options" \
	same "$(pcr "$b" 12)" "$(extend "$ZEROS" "$(printf 'etcseal/v1/recovery-boot' | sha256sum | cut -d' ' -f1)")"

b=$SCRATCH/mistyped/boots/recovery
check "mistyped: the owner is told which group" shows "$b" 'group 7 of the recovery key in the boot options is wrong'
check "mistyped: it stays shut" shows "$b" 'nothing was opened \(exit code 7\)'
check "mistyped: nothing of it on the console" holds_none "$b/serial.log" "$SCRATCH/needles"
