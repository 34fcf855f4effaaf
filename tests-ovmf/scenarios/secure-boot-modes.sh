#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# States in which PCR 7 doesn't vouch for the image: the host is sealed to the boot programs, and says why. If the image
# is listed by its hash, Secure Boot may be required nevertheless.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/lib/shim.sh"
scenario_start

modes_boot() { # machine
	job_make "$1/job-modes" modes
	machine_boot "$1" first "job=$1/job-modes" || :
}

# The firmware has its keys, db contains only the image's hash, and the firmware starts that image.
hash_listed() { # machine
	touch "$1/secure-boot"
	cp /usr/share/OVMF/OVMF_VARS_4M.ms.fd "$1/vars.fd"
	hash-to-efi-sig-list "$OVMF_OUT/etcseal.efi" "$1/db.esl" >/dev/null
	plant "$1" db $GUID_DATABASE 0x27 "$1/db.esl"
	esp_put "$1/disk.img" "$OVMF_OUT/etcseal.efi" /EFI/BOOT/BOOTX64.EFI
}

# The same in shim's list, and shim starts it.
mok_hash_listed() { # machine
	machine_shim "$1"
	hash-to-efi-sig-list "$OVMF_OUT/etcseal.efi" "$1/mok.esl" >/dev/null
	plant "$1" MokList $GUID_SHIM 3 "$1/mok.esl"
	shim_image "$1" "$OVMF_OUT/etcseal.efi"
}

# No firmware with an audit mode that leaves SecureBoot at 1 is available: edk2 has no such mode, so a variable has to
# do.
audit_mode() { # machine
	machine_secure_boot "$1"
	printf '\001' >"$1/one"
	plant "$1" AuditMode $GUID_GLOBAL 7 "$1/one"
}

need hash-to-efi-sig-list
for state in setup hash mok-hash audit; do
	machine_make "$SCRATCH/$state" "$UUID_HOST" tpm
done
hash_listed "$SCRATCH/hash"
mok_hash_listed "$SCRATCH/mok-hash"
audit_mode "$SCRATCH/audit"
(
	modes_boot "$SCRATCH/setup"
	modes_boot "$SCRATCH/audit"
) &
(
	modes_boot "$SCRATCH/hash"
	act_look "$SCRATCH/hash" again || :
	modes_boot "$SCRATCH/mok-hash"
) &
wait

for state in setup audit hash mok-hash; do
	b=$SCRATCH/$state/boots/first
	case $state in
	setup) id=setup-mode words='setup mode' exit=1 ;;
	audit) id=audit-mode words='audit mode' exit=1 ;;
	*) id=vouched-by-hash words='listed by its hash' exit=0 ;;
	esac
	check "$state: init seals" says "$b" init-exit 0
	check "$state: to the boot programs" grep -q 'to the boot programs themselves (PCR 2, 4, 11, 12)' "$b/out/init.txt"
	check "$state: and says why" grep -q "Secure Boot is .*$words" "$b/out/init.txt"
	check "$state: status shows it" says "$b" secure-boot-state $id
	check "$state: whether it can be required" says "$b" set-exit $exit
done
check "setup: it can't be, for that reason" grep -q 'setup mode' "$SCRATCH/setup/boots/first/out/set.txt"
check "hash: sealed to PCR 7, it opens" says "$SCRATCH/hash/boots/again" opened-by tpm
