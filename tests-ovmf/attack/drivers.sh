#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The attacker's drivers, which the firmware loads before the owner's image. Firmware measures a driver into PCR 2.
# WITHOUT=INITRD_GUARD MEASURE_CHECK DRIVERS_PCR
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/attack/lib.sh"
attack_start
EVIL='\EFI\evil\'

behind() { # driver: what the menu starts
	printf '%s%s.efi\n%s' "$EVIL" "$1" '\EFI\etcseal\etcseal.efi'
}

offered() { # folder
	fixture tpm "$1"
	evil_put "$1" initrd
	act_look "$1" driver "image=$(behind initrd)" || :
}

# Here the driver was already loaded when the host was sealed, as a card's would be; it does no harm while nothing is
# typed.
deafened() { # folder
	machine_make "$1" "$UUID_HOST" tpm
	evil_put "$1" deaf
	job_make "$1/job-init" init
	machine_boot "$1" first "job=$1/job-init" "image=$(behind deaf)" || :
	act_look "$1" deaf "image=$(behind deaf)" "options=$CMDLINE init=/bin/sh" || :
}

(
	offered "$SCRATCH/initrd"
	(without INITRD_GUARD && offered "$SCRATCH/initrd-without")
	(without DRIVERS_PCR && offered "$SCRATCH/driver-without")
) &
(
	deafened "$SCRATCH/deaf"
	(without MEASURE_CHECK && deafened "$SCRATCH/deaf-without")
) &
wait
with=$SCRATCH/initrd/boots/driver without=$SCRATCH/initrd-without/boots/driver

attack 9 "an initrd that an earlier program registered (boot)" "the stub removes it"
held "an initrd was offered" says "$with" initrd-offered Success
held "the stub reports that it ignores it" shows "$with" 'an initrd from outside the image'
held "none of it runs" hides "$with" '@@ attacker='
held "the owner's own helper ran" shows "$with" '@@ unlock-exit='
succeeds "the attacker's initrd runs" says "$without" attacker ran

without=$SCRATCH/driver-without/boots/driver
attack 3 "a firmware driver before it, Secure Boot not required (boot)" "PCR 2 in the seal"
held "the driver is loaded" says "$with" initrd-offered Success
held "the key stays shut" stays_shut "$with"
held "and PCR 2 is named" shows "$with" 'PCR 2 '
succeeds "the driver is loaded" says "$without" initrd-offered Success
succeeds "it opens nevertheless" says "$without" opened-by tpm

with=$SCRATCH/deaf/boots/deaf without=$SCRATCH/deaf-without/boots/deaf
attack 11 "the measurement of init=/bin/sh made to fail (boot)" "check of measurements"
held "the driver is loaded" says "$with" deaf yes
held "nothing is unpacked" stays_shut "$with"
held "and the cause is printed" shows "$with" 'measure'
succeeds "the driver is loaded" says "$without" deaf yes
succeeds "it opens, with init=/bin/sh in effect" says "$without" cmdline "$CMDLINE init=/bin/sh"
succeeds "by the TPM" says "$without" opened-by tpm
attack_end
