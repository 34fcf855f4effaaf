#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A stock Debian whose helper, or its script, is killed: by keys on the VT, by a signal, in both phases. init ignores a
# script that died, and would start the root file system: unfenced, without the configuration.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start
. "$OVMF/lib/debian.sh"
# Programs have the VT as their console; the harness reads the output of the kernel and the jobs from the serial line.
DEBIAN_OPTIONS=${DEBIAN_OPTIONS/console=tty0 console=ttyS0/console=ttyS0 console=tty0}

ENDS='@@ root-reached=|etcseal: switching the host off|reboot: '

# What happens to the helper, one line for each verb; then the keys to press, once for each line that waits for them.
dying() { # machine, name of the boot, what happens, key, options typed at the menu
	local machine=$1 name=$2 job=$1/job-$2 verb
	attacker_job "$job" died "$machine"
	echo "$3" >"$job/order"
	monitor_start "$machine" "$name" "job=$job" "options=${5:-}" bound=400
	for verb in $(sed -n 's/ hold.*//p' "$job/order"); do
		if machine_sees "@@ at=$verb|$ENDS" 300; then
			monitor_press alt sysrq "$4"
		fi
	done
	# The helper itself, at its prompt on the VT.
	if [ "$name" = prompt ] && machine_sees 'etcseal: locked: ' 300; then
		monitor_press alt sysrq "$4"
	fi
	# With SysRq off the keys do nothing and print nothing; these do, if the helper is still held by then.
	[ "$name" != sysrq ] || monitor_press ctrl alt delete
	machine_sees "$ENDS" 300 || :
	machine_end || :
	rm -f "$MONITOR".*
}

debian_parts dying dying-unguarded plain
debian_sealed "$SCRATCH/with" dying usual &
debian_sealed "$SCRATCH/without" dying-unguarded usual &
wait
# The same host twice, so that two guests run at a time.
machine_copy "$SCRATCH/with" "$SCRATCH/too"
(
	m=$SCRATCH/with
	dying "$m" sysrq "unlock hold" k
	dying "$m" sak "unlock hold-sysrq" k
	dying "$m" all "unlock hold-sysrq" i
	dying "$m" kill "unlock kill"
	dying "$m" crash "unlock segv"
	dying "$m" script "unlock parent"
	dying "$m" both "unlock both"
	dying "$m" prompt "" k "$DEBIAN_OPTIONS $DEBIAN_ADDED sysrq_always_enabled loglevel=8"
	dying "$m" apply-kill "apply kill"
) &
(
	m=$SCRATCH/without
	dying "$m" sak $'unlock hold\napply hold' k
	dying "$m" all $'unlock hold-sysrq\napply hold-sysrq' i
	dying "$m" both $'unlock both\napply both'
	dying "$m" apply-sak "apply hold" k
	m=$SCRATCH/too
	dying "$m" apply-sak "apply hold-sysrq" k
	dying "$m" apply-script "apply parent"
	dying "$m" apply-both "apply both"
	dying "$m" nothing ""
) &
wait
mv "$SCRATCH"/too/boots/* "$SCRATCH/with/boots/"
with=$SCRATCH/with/boots without=$SCRATCH/without/boots

off() { # boot's folder: the cause was printed, and nothing was started
	shows "$1" 'etcseal: switching the host off' && hides "$1" '@@ root-reached='
}

no_root() { # boot's folder
	shows "$1" '@@ at=' && off "$1"
}

unfenced() { # boot's folder: a root that has the key, without any message
	says "$1" boot-json no && says "$1" unseal key
}

attack A5 "Alt-SysRq-K on the VT while the helper works (boot)" "SysRq off in initramfs"
held "the host opens if nothing happens" says "$with/nothing" unseal "tpm-policy PCR11"
held "the keys do nothing: the helper is held as before" shows "$with/sysrq" 'reboot: Restarting system'
held "nothing was killed" hides "$with/sysrq" 'SAK|etcseal: switching the host off'
succeeds "the helper dies" shows "$without/sak" 'SAK: killed process [0-9]+ \(etcseal-boot\)'
succeeds "a root has the key" unfenced "$without/sak"

attack A5 "the helper is killed before the fence (boot)" "PID 1 insists on unlock"
for b in sak all kill crash script both; do
	held "no root starts: $b" no_root "$with/$b"
done
held "the helper dies at its prompt" shows "$with/prompt" 'SAK: killed process [0-9]+ \(etcseal-boot'
held "and no root starts" off "$with/prompt"
for b in sak all both; do
	succeeds "a root has the key: $b" unfenced "$without/$b"
done

attack A5 "the helper is killed before it lays /etc over the root (boot)" "PID 1 insists on apply"
for b in apply-sak apply-kill apply-script apply-both; do
	held "no root starts: $b" no_root "$with/$b"
done
succeeds "the host starts with the image's own /etc" says "$without/apply-sak" file missing
attack_end
