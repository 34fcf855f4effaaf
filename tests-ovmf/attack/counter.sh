#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The attacker's own counter, incremented to an old generation, and beside the old bank another that names it.
# WITHOUT=COUNTER_INDEX
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start
THEIRS=0x0180e5f0

rolled_back() { # folder
	local old i
	fixture tpm "$1"
	fixture kdf "$1-kdf"
	banks_copy "$1" "$1-old"
	old=$(bank_generation "$1" 0)
	job_make "$1/job" backup
	for i in 1 2; do
		machine_boot "$1" "later$i" "job=$1/job" || :
	done
	tpm_tools "$1" "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' $THEIRS
		n=0
		while [ \$n -lt $old ]; do
			tpm2_nvincrement -Q -C $THEIRS $THEIRS
			n=\$((0x\$(tpm2_nvread -C $THEIRS $THEIRS | od -An -v -tx1 | tr -d ' \n')))
		done
		[ \$n = $old ]"
	banks_copy "$1-kdf" "$1-theirs"
	sed -i -e "s/\"rollback\": null/\"rollback\": { \"nv_index\": \"$THEIRS\" }/" \
		-e 's/"generation": [0-9]*/"generation": 900/' "$1-theirs/bank0/encryption.info"
	rm -r "$1-old/bank0"
	cp -r "$1-theirs/bank0" "$1-old/"
	banks_restore "$1" "$1-old"
	act_look "$1" rolled || :
}

rolled_back "$SCRATCH/with" &
(without COUNTER_INDEX && rolled_back "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots without=$SCRATCH/without/boots

attack A1 "an old bank, and a counter of the attacker's (boot)" "the counter's index is fixed"
held "it opened before, and counted" says "$with/later2" backup-exit 0
held "the old bank stays shut" stays_shut "$with/rolled"
held "because it is older than the TPM's counter" shows "$with/rolled" "the configuration is older than the newest"
succeeds "it opened before, and counted" says "$without/later2" backup-exit 0
succeeds "the old bank opens" says "$without/rolled" opened-by tpm
succeeds "with what was saved then" says "$without/rolled" motd "the configuration of this very host"
attack_end
