# SPDX-License-Identifier: Apache-2.0
# The table of the demo: for each boot, what its guest printed on its own console, and what it should have printed.

SECRET="psk=correct horse battery staple"
declare -A PLACES=([cmdline]=/proc/cmdline [dmesg]=dmesg [event-log]="the TCG event log" [efi-variables]="EFI variables"
	[run]="files of /run" [processes]="arguments and environments")

from() { # boot's folder, name: what the guest said
	said "$1/serial.log" "$2" || :
}

counted() { # boot's folder, pattern: how often the guest's console has it
	console_text "$1" | grep -cE -- "$2" || :
}

seconds() { # milliseconds
	[ -z "$1" ] || awk -v ms="$1" 'BEGIN { printf "%.1f s", ms / 1000 }'
}

table_act1() {
	row "Act 1: this host was" "$(from "$1" state-before)" unconfigured
	row "Act 1: etcseal init, exit code" "$(from "$1" init-exit)" 0
	row "Act 1: mode" "$(from "$1" mode)" TPM
	row "Act 1: recovery keys shown" "$(from "$1" recovery-keys-shown)" 1
	row "Act 1: etcseal backup, exit code" "$(from "$1" backup-exit)" 0
}

table_act2() {
	row "Act 2: opened by" "$(from "$1" opened-by)" tpm
	row "Act 2: the secret in /etc" "$(from "$1" file)" "$SECRET"
	row "Act 2: the fence is up" "$(from "$1" fenced)" true
	row "Act 2: time to unlock" "$(seconds "$(from "$1" unlock-ms)")" '[0-9]+\.[0-9] s'
	row "Act 2: TPM commands for it" "$(from "$1" tpm-commands)" '[1-9][0-9]?'
}

table_act3() {
	local cause
	cause=$(console_text "$1" | grep -oE 'PCR 11 .*section \.osrel[a-z ]*' | head -n 1) || :
	row "Act 3: boot helper, exit code (4: locked)" "$(from "$1" unlock-exit)" 4
	row "Act 3: cause" "${cause:+PCR 11, section .osrel}" "PCR 11, section \.osrel"
	row "Act 3: lines saying that something was opened" "$(counted "$1" 'opened by')" 0
	row "Act 3: guest systems started after the helper" "$(counted "$1" '@@ (apply-exit|root-reached)')" 0
}

table_act4() { # words, boot's folder
	local place
	row "$1: opened by" "$(from "$2" opened-by)" recovery
	row "$1: the secret in /etc" "$(from "$2" file)" "$SECRET"
	for place in cmdline dmesg event-log efi-variables run processes; do
		row "$1: times the key is in ${PLACES[$place]}" "$(from "$2" "key-in-$place")" 0
	done
	row "$1: times, in a text that has it (control)" "$(from "$2" key-in-the-needles)" 1
}

table_act5() { # first boot, next boot, other machine, other machine with the recovery key
	row "Act 5: mode" "$(from "$1" mode)" KDF
	row "Act 5: etcseal backup, exit code" "$(from "$1" backup-exit)" 0
	row "Act 5: next boot, opened by" "$(from "$2" opened-by)" kdf
	row "Act 5: next boot, the secret in /etc" "$(from "$2" file)" "$SECRET"
	row "Act 5: other machine, boot helper's exit code" "$(from "$3" unlock-exit)" 4
	row "Act 5: other machine, guest systems started" "$(counted "$3" '@@ (apply-exit|root-reached)')" 0
	row "Act 5: there with the recovery key, opened by" "$(from "$4" opened-by)" recovery
	row "Act 5: there, the secret in /etc" "$(from "$4" file)" "$SECRET"
}
