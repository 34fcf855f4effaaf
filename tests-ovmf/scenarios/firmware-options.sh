#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The options that firmware gives systemd may change while the host runs: an EFI variable is set, and removed; SMBIOS
# gets a string. Each time, what the next boot measures is predicted, sealed to, and confirmed.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/measured.sh"
. "$OVMF/lib/boot_entry.sh"
scenario_start
ID=SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67
STRING=io.systemd.credential:motd=a-secret-value
echo a-secret-value >"$SCRATCH/value"

act() { # what is done, name of the boot, further words of machine_boot
	local act=$1 boot=$2
	shift 2
	job_make "$SCRATCH/job-$boot" firmware-options
	echo "$act" >"$SCRATCH/job-$boot/act"
	{
		le 7 4 # non-volatile, boot services, runtime
		utf16 quiet
	} >"$SCRATCH/job-$boot/variable"
	machine_boot "$SCRATCH/m" "$boot" "job=$SCRATCH/job-$boot" "$@" || :
}

predicted() { # boot's folder, when
	sed -n 's/^12:sha256=//p' "$1/out/predicted-$2"
}

# As FORMAT.md describes it: PCR 12 of a boot with that one event.
variable_measured() {
	extend "$ZEROS" "$({
		printf 'etcseal/v1/efi-variable\0%s\0' "$ID"
		utf16 quiet
	} | sha256sum | cut -d' ' -f1)"
}

string_measured() {
	extend "$ZEROS" "$(printf 'etcseal/v1/smbios-string\0%s' "$STRING" | sha256sum | cut -d' ' -f1)"
}

fixture tpm "$SCRATCH/m"
act set set
act remove remove
act none gone
MACHINE_MORE=(-smbios "type=11,value=To be filled by O.E.M.,value=$STRING")
act seal string "options=etcseal.recovery=$(cat "$SCRATCH/m/recovery-key")"
act none sealed
MACHINE_MORE+=(-machine smbios-entry-point-type=64)
act none newer
MACHINE_MORE=()
a=$SCRATCH/m/boots/set b=$SCRATCH/m/boots/remove c=$SCRATCH/m/boots/gone
d=$SCRATCH/m/boots/string e=$SCRATCH/m/boots/sealed f=$SCRATCH/m/boots/newer
measured_take "$b"

check "with nothing set the next boot will open" says "$a" check-before 0
check "and measure nothing into PCR 12" same "$(predicted "$a" before)" "$ZEROS"
check "once a variable is set, it won't" says "$a" check-after 4
check "and the cause is named" grep -q 'PCR 12 .*EFI variable SystemdOptions: quiet is new' "$a/out/check-after.txt"
check "status warns of it" grep -q '! EFI variable SystemdOptions: quiet is set' "$a/out/status.txt"
check "what will be measured is predicted" same "$(predicted "$a" after)" "$(variable_measured)"
check "the host is sealed to that" says "$a" seal-exit 0
check "it will open" says "$a" check-sealed 0
check "it does, by the TPM" says "$b" opened-by tpm
check "the stub reports that it measured it" shows "$b" 'the EFI variable SystemdOptions is set, and measured'
check "PCR 12 is as predicted" same "$(pcr "$b" 12)" "$(variable_measured)"
check "the event log replays to it" log_replays "$b"
check "and has what was hashed" grep -aq "etcseal/v1/efi-variable" "$b/out/event-log"
check "this boot again would open" says "$b" check-before 0
check "without the variable it wouldn't" says "$b" check-after 4
check "and the cause is named, too" grep -q 'PCR 12 .*EFI variable SystemdOptions: quiet is gone' "$b/out/check-after.txt"
check "PCR 12 will be untouched" same "$(predicted "$b" after)" "$ZEROS"
check "sealed again, it will open" says "$b" check-sealed 0
check "it does, by the TPM" says "$c" opened-by tpm
check "PCR 12 is untouched" same "$(pcr "$c" 12)" "$ZEROS"
check "a string for systemd needs the recovery key" says "$d" opened-by recovery
check "the next boot would too, and the string is named" grep -q \
	'PCR 12 .*SMBIOS string io\.systemd\.credential:motd is new' <(tr '\n' ' ' <"$d/out/check-before.txt")
check "its value isn't shown" holds_none "$d/out/check-before.txt" "$SCRATCH/value"
check "the host is sealed to it" says "$d" seal-exit 0
check "what will be measured is predicted, apart from the recovery key" same "$(predicted "$d" sealed)" "$(string_measured)"
check "the disk has its name" grep -aq 'io\.systemd\.credential:motd=\*' "$e/out/banks/bank0/measured.log"
check "and not its value" holds_none "$e/out/banks/bank0/measured.log" "$SCRATCH/value"
check "it opens by the TPM" says "$e" opened-by tpm
check "PCR 12 is as predicted" same "$(pcr "$e" 12)" "$(string_measured)"
check "with SMBIOS' newer entry point too" says "$f" opened-by tpm
check "to the same PCR 12" same "$(pcr "$f" 12)" "$(string_measured)"
