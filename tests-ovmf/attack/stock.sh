#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Options typed at the boot menu of a stock Debian, whose initramfs honours them: the key stays shut; and where the
# owner's recovery key opens nevertheless, none of them leads to a shell in the initramfs, or to a script from the disk.
# WITHOUT=OPTIONS_PCR
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start
. "$OVMF/lib/debian.sh"
SHELL_AT='\(initramfs\) |# $'
SECRET_AT=/etc/network-secret.conf
BOOT_SCRIPT=boot=../.extra/etcseal/bank0/measured.log

# The attacker who typed the option is at the console: they give up at the helper's prompt, and read what they find at a
# shell's.
typed() { # machine, name of the boot, option, the secret's place as the shell sees it, what comes before
	machine_start "$1" "$2" "options=$DEBIAN_OPTIONS $DEBIAN_ADDED $3" bound=300
	machine_sees "$CONSOLE_ASKS|$SHELL_AT|@@ root-reached=|etcseal: switching the host off" 300 || :
	if grep -qaE -- "$CONSOLE_ASKS" "$BOOT/serial.log"; then
		machine_type ''
	elif ! grep -qaE '@@ root-reached=|etcseal: switching the host off' "$BOOT/serial.log"; then
		machine_type "${5:-}echo \"@@ typed=\$(cat $4)\"; poweroff -f; echo o >/proc/sysrq-trigger"
	fi
	machine_end || :
}

# The owner types their recovery key into an entry that was edited before, on a disk with a script in the place of one bank's log.
scripted() { # machine
	printf '%s\n' 'echo "<1>@@ boot-script=$(cat /run/etcseal/ram/tree/etc/network-secret.conf)" >/dev/kmsg' \
		'while :; do poweroff -f; done' >"$1.script"
	esp_put "$1/disk.img" "$1.script" /etcseal/bank0/measured.log
	machine_boot "$1" scripted bound=300 \
		"options=$DEBIAN_OPTIONS $DEBIAN_ADDED $BOOT_SCRIPT etcseal.recovery=$(cat "$1/recovery-key")" || :
}

# The owner types their recovery key into an entry whose root doesn't exist: what is opened is in RAM when init gives up.
rootless() { # machine
	machine_start "$1" rootless bound=300 \
		"options=$DEBIAN_OPTIONS $DEBIAN_ADDED root=/dev/nowhere panic= etcseal.recovery=$(cat "$1/recovery-key")"
	machine_sees "$SHELL_AT|etcseal: the host reboots" 300 || :
	if ! grep -qa 'etcseal: the host reboots' "$BOOT/serial.log"; then
		machine_type "echo \"@@ typed=\$(cat /run/etcseal/ram/tree$SECRET_AT)\"; poweroff -f; echo o >/proc/sysrq-trigger"
	fi
	machine_end || :
}

all() { # machine
	typed "$1" break break=premount /run/etcseal/ram/tree$SECRET_AT "etcseal-boot unlock; "
	typed "$1" init init=/bin/sh $SECRET_AT
}

debian_parts plain unguarded
(
	debian_sealed "$SCRATCH/with" plain usual
	all "$SCRATCH/with"
	rootless "$SCRATCH/with"
	scripted "$SCRATCH/with"
) &
(
	debian_sealed "$SCRATCH/unguarded" unguarded usual
	rootless "$SCRATCH/unguarded"
	scripted "$SCRATCH/unguarded"
	without OPTIONS_PCR
	debian_parts plain unguarded
	debian_sealed "$SCRATCH/without" unguarded usual
	all "$SCRATCH/without"
) &
wait
with=$SCRATCH/with/boots without=$SCRATCH/without/boots unguarded=$SCRATCH/unguarded/boots

locked() { # boot's folder
	shows "$1" 'etcseal: locked: ' && hides "$1" '@@ (root-reached|typed)=|etcseal: opened by'
}

for name in break init; do
	attack A5 "$(sed 's/break/break=premount/; s/init/init=\/bin\/sh/' <<<$name) typed, stock initramfs (boot)" "PCR 12 in the seal"
	held "the key stays shut" locked "$with/$name"
	held "and the options are named" shows "$with/$name" 'PCR 12 '
	succeeds "it opens" shows "$without/$name" 'etcseal: opened by the TPM'
	succeeds "with that option in effect: a shell, and the secret in it" says "$without/$name" typed "psk=correct horse battery staple"
done
attack A5 "break=premount, stock initramfs (boot)" "no shell in initramfs"
held "there is no shell, although the key stays shut" hides "$with/break" '\(initramfs\) '
held "the message says so" shows "$with/break" 'etcseal: break=premount is ignored'
succeeds "there is a shell" shows "$without/break" '\(initramfs\) '

attack A5 "a root that doesn't exist, recovery key typed (boot)" "no shell in initramfs"
held "the recovery key opens" shows "$with/rootless" 'etcseal: opened by the recovery key'
held "there is no shell" hides "$with/rootless" '\(initramfs\) '
held "the host reboots" shows "$with/rootless" 'reboot: Restarting system'
succeeds "a shell has the secret" says "$unguarded/rootless" typed "psk=correct horse battery staple"

attack A5 "boot= names a file of the banks, recovery key typed (boot)" "boot= is a plain name"
held "the recovery key opens" shows "$with/scripted" 'etcseal: opened by the recovery key'
held "the script isn't run" hides "$with/scripted" '@@ boot-script='
held "the host is switched off, and says why" shows "$with/scripted" "etcseal: switching the host off: boot="
succeeds "the script has the secret" says "$unguarded/scripted" boot-script "psk=correct horse battery staple"
attack_end
