#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With `etcseal watch` running, a power cut loses at most what changed in the last 30 s, and a clean shutdown nothing.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
fixture tpm "$SCRATCH/m"
job_make "$SCRATCH/job-cut" watch-cut
job_make "$SCRATCH/job-end" watch-end
job_make "$SCRATCH/job-after" watch-after
machine_start "$SCRATCH/m" cut "job=$SCRATCH/job-cut" bound=400
changed=no
if machine_sees '@@ changed=yes' 400; then
	changed=yes
	# The promised 30 s, by the guest's clock and ours; then the power is cut.
	ended_within "$QEMU_PID" 30 || :
fi
kill -KILL "$QEMU_PID" 2>/dev/null || :
machine_end 2>/dev/null || :
machine_boot "$SCRATCH/m" end "job=$SCRATCH/job-end" || :
machine_boot "$SCRATCH/m" after "job=$SCRATCH/job-after" || :
a=$SCRATCH/m/boots/cut b=$SCRATCH/m/boots/end c=$SCRATCH/m/boots/after

check "the service comes up, and finds nothing to save" says "$a" watching saved
check "the kernel reports changes to it" says "$a" notified true
check "a file that is copied up" says "$a" told-of-a-copy yes
check "a write in place" says "$a" told-of-a-write yes
check "a change of mode" says "$a" told-of-a-mode yes
check "saves in between are revisions of one generation" \
	grep -qE '^[0-9]+\.2$' <<<"$(said "$a/serial.log" generations || :)"
check "status shows that nothing is unsaved" says "$a" status-unsaved false
check "diff distinguishes the image's files from the host's own" grep -q 'M /etc/hostname (mode: 0644 -> 0640)' <<<"$(said "$a/serial.log" diff || :)"
check "the last change was made" same "$changed" yes
check "after the cut it opens by the TPM" says "$b" opened-by tpm
check "and what was changed 30 s before the cut is there" says "$b" late "the last change"
check "with everything that was changed before" says "$b" hostname "guest copied up in place"
check "its mode too" says "$b" hostname-mode 640
check "and what was removed is gone" says "$b" passwd gone
check "told to end, the service ends cleanly" says "$b" watch-exit 0
check "and records it" says "$b" watch-state stopped
check "a change at the last moment is there at the next boot" says "$c" late "as the lights go out"
check "which opens by the TPM" says "$c" opened-by tpm
check "nothing is left to save" grep -q 'nothing changed since generation' <<<"$(said "$c/serial.log" backup || :)"
