# SPDX-License-Identifier: Apache-2.0
# A host whose firmware gets, or loses, an option for systemd while it runs (the file `act` says which): is the next
# boot predicted?
. ./look.sh
VARIABLE=/sys/firmware/efi/efivars/SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67
IMAGE=/efi/EFI/etcseal/etcseal.efi

next_boot() { # name
	etcseal check >/run/out/check-$1.txt 2>&1
	say check-$1 $?
	etcseal image predict $IMAGE >/run/out/predicted-$1 2>/run/out/predict-$1.err
	say predict-$1 $?
}

next_boot before
case $(cat act) in
set)
	cat variable >$VARIABLE
	next_boot after
	etcseal reseal >/run/out/reseal.txt 2>&1
	say seal-exit $?
	;;
remove)
	etcseal backup --force >/run/out/backup.txt 2>&1
	chattr -i $VARIABLE
	rm $VARIABLE
	next_boot after
	etcseal set --mode=tpm >/run/out/set.txt 2>&1
	say seal-exit $?
	;;
seal)
	etcseal set --mode=tpm >/run/out/set.txt 2>&1
	say seal-exit $?
	;;
esac
next_boot sealed
etcseal status >/run/out/status.txt 2>&1
