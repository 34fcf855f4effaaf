#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recovery key, typed at the boot menu: where does it remain? WITHOUT lists what the controls are built without.
# WITHOUT=WIPE
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start

needles() { # key file, file
	[ -e "$2" ] && "$OVMF_NORMAL/tests-ovmf/needles" "$1" "$2"
}

gather_job() { # folder
	job_make "$1" gather
	cp "$OVMF"/attack/jobs/*.sh "$1/"
}

opened() { # machine with its recovery-key
	gather_job "$1/job"
	dump_boot "$1/recovery-key" "" "$1" opened "job=$1/job" "options=etcseal.recovery=$(cat "$1/recovery-key")"
}

# A well-formed key that isn't this host's; nobody types another, so the helper powers off.
wrong() { # machine, key file
	dump_boot "$2" "" "$1" wrong "options=encryptionRecoveryKey=$(cat "$2")"
}

fixture tpm "$SCRATCH/with"
for m in wrong damaged peer; do
	machine_copy "$SCRATCH/with" "$SCRATCH/$m"
done
cp "$SCRATCH/with/recovery-key" "$SCRATCH/damaged/"
echo 478269-039194-473926-430939-686855-231401-642208-184477-602511-225586-551660-586542-338394-092578-687140-267425 \
	>"$SCRATCH/other-key"
for bank in 0 1; do
	bank_garbage "$SCRATCH/damaged" $bank config.cms
done
(
	opened "$SCRATCH/with"
	dump_boot "$SCRATCH/damaged/recovery-key" "" "$SCRATCH/damaged" damaged \
		"options=etcseal.recovery=$(cat "$SCRATCH/damaged/recovery-key")"
	gather_job "$SCRATCH/peer/job"
	cp "$SCRATCH/with/recovery-key" "$SCRATCH/peer/job/planted"
	printf '. ./plant.sh\n. ./gather.sh\n' >"$SCRATCH/peer/job/job"
	machine_boot "$SCRATCH/peer" peer "job=$SCRATCH/peer/job" 'image=\EFI\etcseal\systemd.efi' \
		"options=etcseal.recovery=$(cat "$SCRATCH/with/recovery-key") $CMDLINE" || :
) &
(
	wrong "$SCRATCH/wrong" "$SCRATCH/other-key"
	without WIPE
	fixture tpm "$SCRATCH/without"
	wrong "$SCRATCH/without" "$SCRATCH/other-key"
) &
wait
with=$SCRATCH/with/boots/opened wrong=$SCRATCH/wrong/boots/wrong damaged=$SCRATCH/damaged/boots/damaged
without=$SCRATCH/without/boots/wrong peer=$SCRATCH/peer/boots/peer

attack 8 "the recovery key in memory after boots with it (boot)" "wiping"
held "it opens" says "$with" opened-by recovery
held "nothing of the key is in the guest's memory" found_nowhere "$with"
held "another host's key opens nothing" says "$wrong" unlock-exit 7
held "nothing of it is in memory" found_nowhere "$wrong"
held "the right key doesn't open a damaged archive" says "$damaged" unlock-exit 5
held "nothing of it is in memory" found_nowhere "$damaged"
succeeds "another host's key opens nothing either" says "$without" unlock-exit 7
succeeds "it is in memory" found_somewhere "$without"

# Another stub treats the option like any other: there the search must find the key.
peer_has() { # place
	! needles "$SCRATCH/with/recovery-key" "$peer/out/places/$1" >/dev/null
}
for place in cmdline dmesg event-log; do
	attack 8 "the recovery key in $place (boot)" "the stub removes it"
	held "our stub leaves nothing of it in $place" needles "$SCRATCH/with/recovery-key" "$with/out/places/$place"
	succeeds "systemd's stub leaves it in $place" peer_has $place
done
for place in efi-variables pstore environ argv run boot-params; do
	held "nor in $place" needles "$SCRATCH/with/recovery-key" "$with/out/places/$place"
done
for place in efi-variables environ argv run; do
	held "the search finds one that was planted in $place" peer_has $place
done
for b in "$with" "$damaged"; do
	held "nor on the console ($(basename "$b"))" needles "$SCRATCH/with/recovery-key" "$b/serial.log"
done
held "nor on the disk" needles "$SCRATCH/with/recovery-key" "$SCRATCH/with/disk.img"
attack_end
