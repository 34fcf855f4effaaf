#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kills.sh N: a guest that commits in a loop is killed at N random moments, and its TPM with it, at once and without a
# shutdown. Each next boot must open automatically, with what was saved last or what was just being saved.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
m=$SCRATCH/m
machine_make "$m" "$UUID_HOST" tpm
job_make "$SCRATCH/job" commit-loop
saved=0 saving=0 bad=0 older=0 newer=0 commits=0
for ((kill = 1; kill <= ${1:-50} + 1; kill++)); do
	machine_start "$m" "$kill" "job=$SCRATCH/job"
	machine_sees '@@ (saved|init-failed|unlock-exit=[4567])' "$OVMF_BOOT_BOUND" || :
	# Between zero and about three commits; the point is a moment that waits for nothing.
	sleep "$((RANDOM % 4)).$((RANDOM % 1000))"
	builtin kill -KILL "$QEMU_PID" "$TPM_PID" 2>/dev/null || :
	wait "$QEMU_PID" "$TPM_PID" 2>/dev/null || :
	TPM_PID=
	log=$BOOT/serial.log
	found=$(said "$log" step-found || echo none) by=$(said "$log" opened-by || echo nobody)
	if [ "$kill" -gt 1 ]; then
		if [ "$by" != tpm ] || [ "$found" -lt "$saved" ] || [ "$found" -gt "$saving" ]; then
			bad=$((bad + 1))
			echo "not ok - kill $((kill - 1)): opened by $by with step $found; $saved was saved, $saving being saved"
			console_text "$BOOT" | grep 'etcseal\|@@' | tail -n 6
		elif [ "$found" = "$saved" ]; then
			older=$((older + 1))
		else
			newer=$((newer + 1))
		fi
	fi
	saved=$(said "$log" saved || echo "${found/none/0}") saving=$(said "$log" saving || echo "$saved")
	commits=$((commits + saved - ${found/none/0}))
	rm -rf "$BOOT"
	[ $bad -lt 3 ] || break
done
printf '# %d kills in %d commits: opened with what was saved %d, with what was being saved %d, lost %d\n' \
	$((kill - 2)) $commits $older $newer $bad
check "a guest killed at ${1:-50} random moments loses nothing" test $bad -eq 0
