#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# More than /etc is covered: another folder, and a single file of a folder that isn't covered.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
machine_make "$SCRATCH/m" "$UUID_HOST" tpm
for job in init change look; do
	job_make "$SCRATCH/job-$job" "cover-$job"
	machine_boot "$SCRATCH/m" $job "job=$SCRATCH/job-$job" || :
done
a=$SCRATCH/m/boots/init b=$SCRATCH/m/boots/change c=$SCRATCH/m/boots/look

check "init takes folders and a file" says "$a" init-exit 0
check "and refuses a path that isn't there" says "$a" init-nowhere-exit 2
check "the next boot opens" says "$b" state unlocked
check "at first the file is the image's, with owner and mode" says "$b" file-before "of the image 640 5:6"
check "the folder too" says "$b" folder-before "of the image"
check "its neighbours aren't covered: the root stays read-only" says "$b" beside-exit 1
check "the change is saved" says "$b" backup-exit 0
check "diff names the file" grep -q 'M /usr/share/site/id (mode: 0640 -> 0600; owner: 5:6 -> 12:34)' <<<"$(said "$b/serial.log" diff || :)"
check "diff names what was deleted" grep -q 'D /srv/app/old' <<<"$(said "$b/serial.log" diff || :)"
check "the file comes back, with owner, mode and time" says "$c" file "of this host 600 12:34 981173106"
check "the folder comes back" says "$c" folder "of this host too"
check "what was removed stays removed" says "$c" old gone
check "F9: chattr works on a covered folder" says "$b" chattr-exit 0
check "F9: hard links are named by backup" grep -q '2 hard links, which become separate files at the next boot: /etc/log, /etc/other-name' <<<"$(said "$b/serial.log" lost || :)"
check "F9: and by status" grep -q 'hard links' <<<"$(said "$b/serial.log" remembered || :)"
check "F9: a file that was immutable still is" says "$c" immutable "1 fixed"
check "F9: it can't be removed" says "$c" removed 1
check "F9: an append-only file can be appended to" says "$c" append 0
check "F9: and not overwritten" says "$c" overwrite 1
check "F9: chattr removes the flag again" says "$c" freed 0
check "and nothing is left to save" grep -q 'nothing changed since generation' <<<"$(said "$c/serial.log" backup || :)"
