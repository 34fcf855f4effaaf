#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The owner's own image measures itself, and is then kept from starting its kernel: it returns to the firmware, which
# starts the next program. Secure Boot is on, and everything is signed by the owner's own signer, as an old tool of
# theirs may be: PCR 7 is unchanged, and only PCR 11 could differ. (Without Secure Boot PCRs 4 and 2 would differ too,
# and no control could open.)
# WITHOUT=RETURN_POISON
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/attack/lib.sh"
attack_start
EVIL='\EFI\evil\'

signed_put() { # machine, file, path
	image_sign "$2" "$1/signed.efi"
	esp_put "$1/disk.img" "$1/signed.efi" "$3"
	rm "$1/signed.efi"
}

returned() { # folder
	local program
	machine_make "$1" "$UUID_HOST" tpm
	machine_secure_boot "$1"
	job_make "$1/job-require" require
	machine_boot "$1" first "job=$1/job-require" || :
	act_look "$1" look || :
	evil_put "$1"
	for program in starve ask; do
		signed_put "$1" "$OVMF_NORMAL/tests-ovmf/evil/$program.efi" "/EFI/evil/$program.efi"
	done
	signed_put "$1" "$KERNEL" /EFI/evil/vmlinuz
	machine_boot "$1" returned "image=${EVIL}starve.efi"$'\n''\EFI\etcseal\etcseal.efi'$'\n'"${EVIL}ask.efi" || :
}

returned "$SCRATCH/with" &
(without RETURN_POISON && returned "$SCRATCH/without") &
wait
with=$SCRATCH/with/boots/returned without=$SCRATCH/without/boots/returned

attack A11 "the image measured, its kernel kept from starting, the next entry asks (boot)" "PCR 11 poisoned on return"
held "sealed, with Secure Boot required" says "$SCRATCH/with/boots/first" required true
held "the host itself opens by the TPM" says "$SCRATCH/with/boots/look" opened-by tpm
held "the driver is loaded" says "$with" starves yes
held "the image reports that its kernel can't be loaded" shows "$with" "can't load the kernel"
held "and that nothing can open the seal now" shows "$with" "the program that starts next can't open the seal"
held "the attacker's program is started next" says "$with" asks yes
held "the attacker's system runs" says "$with" attacker ran
held "the TPM gives it nothing, because of PCRs 11 and 12 alone" says "$with" unseal "tpm-policy PCR11 PCR12"
succeeds "the image reports that its kernel can't be loaded" shows "$without" "can't load the kernel"
succeeds "the attacker's system runs" says "$without" attacker ran
succeeds "the attacker has the key" says "$without" unseal key
attack_end
