#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Options typed at the boot menu, Secure Boot not required: the kernel gets them, and the key stays shut.
# WITHOUT=OPTIONS_PCR
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start
OPTIONS="init=/bin/sh rd.break"

edited() { # folder
	local option i=0
	fixture tpm "$1"
	for option in $OPTIONS; do
		i=$((i + 1))
		machine_copy "$1" "$1-$i"
		act_look "$1-$i" edited "options=$CMDLINE $option" || :
	done
}

edited "$SCRATCH/with" &
(without OPTIONS_PCR && edited "$SCRATCH/without") &
wait
i=0
for option in $OPTIONS; do
	i=$((i + 1))
	with=$SCRATCH/with-$i/boots/edited without=$SCRATCH/without-$i/boots/edited
	attack 2 "$option typed at the boot menu (boot)" "PCR 12 in the seal"
	held "the key stays shut" stays_shut "$with"
	held "and the options are named" shows "$with" 'PCR 12 '
	succeeds "it opens" says "$without" opened-by tpm
	succeeds "with that option in effect" says "$without" cmdline "$CMDLINE $option"
done
attack_end
