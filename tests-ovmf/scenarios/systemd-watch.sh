#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# etcseal-watch.service with systemd as PID 1: waits for init, saves what services write while they are stopped, returns
# after a power cut with everything that was changed more than 30 s before, and reports to the journal.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
. "$OVMF/lib/systemd_root.sh"
OVMF_DISK=$SCRATCH/systemd.img
systemd_disk "$OVMF_DISK"
machine_make "$SCRATCH/m" "$UUID_HOST" tpm
for job in first cut end after; do
	job_make "$SCRATCH/job-$job" systemd-$job
done
machine_boot "$SCRATCH/m" first "job=$SCRATCH/job-first" bound=400 || :
machine_start "$SCRATCH/m" cut "job=$SCRATCH/job-cut" bound=400
changed=no
! machine_sees '@@ changed=yes' 400 || changed=yes
kill -KILL "$QEMU_PID" 2>/dev/null || :
machine_end 2>/dev/null || :
machine_boot "$SCRATCH/m" end "job=$SCRATCH/job-end" bound=400 || :
machine_boot "$SCRATCH/m" after "job=$SCRATCH/job-after" bound=400 || :
written_in_time() { # boot's folder
	grep -E '^written at shutdown, watch: (saved|changed)$' <<<"$(said "$1/serial.log" late || :)" || {
		said "$1/serial.log" late
		return 1
	}
}

a=$SCRATCH/m/boots/first b=$SCRATCH/m/boots/cut c=$SCRATCH/m/boots/end d=$SCRATCH/m/boots/after

check "systemd is PID 1" says "$a" pid1 systemd
check "the service can be enabled before init" says "$a" enable-exit 0
check "and then runs, waiting for it" says "$a" unconfigured "active waiting"
check "init seals the host" says "$a" init-exit 0
check "from then on it saves, without being told" says "$a" configured "active saved"
check "none of its memory can be swapped" says "$a" swappable "1 0"
check "nothing was restarted" says "$a" restarts 0
check "a change is saved within 30 s" at_most "$(said "$a/serial.log" saved-in || :)" 30
check "no unit failed" says "$a" failed-units ""
check "what a service wrote while it was stopped is there, as watch kept running" written_in_time "$b"
check "so is what was written before" says "$b" by-hand "by hand"
check "that the service is enabled was saved with the rest" says "$b" enabled enabled
check "it runs" says "$b" active "active running"
check "status shows it, and that the kernel reports changes" says "$b" status "true saved true"
check "the journal of the last boot has its start" says "$b" journal-started 1
check "that it waited for init" says "$b" journal-waiting 1
check "its saves" grep -qE '^[1-9][0-9]*$' <<<"$(said "$b/serial.log" journal-saved || :)"
check "its end, with everything saved" says "$b" journal-stopped 1
check "from that unit" says "$b" journal-unit etcseal-watch.service
check "and no message about lost changes" says "$b" journal-lost 0
check "nor about failed saves" says "$b" journal-failed 0
check "the last change is saved within 30 s" at_most "$(said "$b/serial.log" saved-in || :)" 30
check "before the power was cut" same "$changed" yes
check "and it is there at the next boot" says "$c" last-minute "just before the cut"
check "when it is killed, the service is restarted automatically" says "$c" after-a-kill "active 1"
check "told to stop, it ends cleanly" says "$c" stopped "inactive success"
check "a host not started through etcseal skips it, and nothing fails" says "$c" not-ours "inactive no"
check "a boot partition can be mounted on demand" says "$c" automount "active active"
check "and stays mounted while watch runs" says "$c" held yes
check "what was written at that shutdown is there too" says "$d" late-lines 2
check "as watch kept running" written_in_time "$d"
check "before its timer has run, others know nothing" says "$d" before-timer "ETCSEAL UNKNOWN"
check "etcseal-monitor.service may do what it has to" says "$d" monitor-unit success
check "then any user is told how the host is" says "$d" monitor-nobody "1 ETCSEAL WARNING"
check "by status too" says "$d" status-nobody "0 1"
check "metrics say that the next boot will open" says "$d" metrics 1
