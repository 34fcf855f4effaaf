#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What adopting adds to `init` and to a boot, for a configuration of 3 MB and one of 100,000 files, on a stock Debian. Times are the
# guest's own, counted in instructions (one is a nanosecond), so that a busy machine doesn't disturb them: only the TPM answers in
# real time. A boot's time is from the initramfs' init to systemd's first line. BENCH_RUNS: how often each is measured.
. "$(dirname "$0")/../lib/harness.sh"
scenario_start
. "$OVMF/lib/debian.sh"
OVMF_ACCEL="-accel tcg,thread=single -icount shift=0,sleep=on -cpu max,la57=off"
MACHINE_MORE=(-m 2048)
RUNS=${BENCH_RUNS:-3}
BOUND=1800

files_of() { # tree, "3MB" or "100k": what is there besides Debian's own
	local i
	mkdir -p "$1/etc/site"
	case $2 in
	3MB)
		for ((i = 0; i < 375; i++)); do
			openssl rand -base64 5900 >"$1/etc/site/$i"
		done
		;;
	100k)
		(cd "$1/etc/site" && mkdir -p {0..99} && for ((i = 0; i < 100000; i++)); do
			echo "setting $i = $RANDOM" >"$((i % 100))/$i"
		done)
		;;
	esac
}

bench_disk() { # size
	local tree=$SCRATCH/tree
	debian_tree "$tree"
	rm -r "${tree:?}/boot"
	mkdir -p "$tree/boot/efi"
	files_of "$tree" "$1"
	rm -f "$SCRATCH/root.ext4"
	truncate -s 2G "$SCRATCH/root.ext4"
	mke2fs -q -t ext4 -N 300000 -L root -d "$tree" "$SCRATCH/root.ext4"
	rm -rf --one-file-system "$tree"
	debian_disk "$SCRATCH/image.efi" "$SCRATCH/disk.img" "$SCRATCH/root.ext4"
}

# Milliseconds between two lines of a boot's journal.
initramfs_ms() { # boot's folder
	awk '/Run \/init as init process/ { sub(/^\[ */, ""); a = $1 + 0 }
		/systemd\[1\]: systemd .* running in system mode/ { sub(/^\[ */, ""); if (!b) b = $1 + 0 }
		END { if (!a || !b) exit 1; printf "%d\n", (b - a) * 1000 }' "$1/out/journal.txt"
}

run() { # machine, name of the boot, job: fails if the job didn't end
	machine_boot "$1" "$2" "job=$SCRATCH/job-$3" "bound=$BOUND" || die "$2: the guest didn't end"
	[ "$(said "$1/boots/$2/serial.log" job-done)" = yes ] || die "$2: the job didn't end: $(tail -n 3 "$1/boots/$2/serial.log")"
}

measure() { # size, number of the run: appends to $SCRATCH/SIZE.KIND
	local m=$SCRATCH/m kind
	rm -rf "$m-plain" "$m-adopt"
	OVMF_DISK=$SCRATCH/disk.img machine_make "$m-plain" "$UUID_HOST" tpm
	machine_copy "$m-plain" "$m-adopt"
	for kind in plain adopt; do
		run "$m-$kind" first "bench-init-$kind"
		said "$m-$kind/boots/first/serial.log" init-ms >>"$SCRATCH/$1.init-$kind"
		run "$m-$kind" second bench-look
		initramfs_ms "$m-$kind/boots/second" >>"$SCRATCH/$1.second-$kind"
	done
	grep -qE 'etcseal: removed [0-9]+ files' <(console_text "$m-adopt/boots/second") || die "nothing was removed"
	run "$m-adopt" third bench-look
	initramfs_ms "$m-adopt/boots/third" >>"$SCRATCH/$1.third-adopt"
}

median() { # file
	sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : int((v[NR / 2] + v[NR / 2 + 1]) / 2) }'
}

row() { # size, words, kind, kind to compare with
	local is was
	is=$(median "$SCRATCH/$1.$3") was=$(median "$SCRATCH/$1.$4")
	printf '| %s | %s | %d.%03d s | %d.%03d s | %s |\n' "$1" "$2" $((was / 1000)) $((was % 1000)) $((is / 1000)) $((is % 1000)) \
		"$(awk "BEGIN { printf \"%.2f\", $is / $was }")"
}

debian_parts plain
debian_image plain usual "$SCRATCH/image.efi"
job_make "$SCRATCH/job-bench-init-plain" bench-init
job_make "$SCRATCH/job-bench-init-adopt" bench-init
echo 'ADOPT=--adopt; . ./bench-init.sh' >"$SCRATCH/job-bench-init-adopt/job"
job_make "$SCRATCH/job-bench-look" bench-look
for size in ${BENCH_SIZES:-3MB 100k}; do
	bench_disk "$size"
	for ((n = 0; n < RUNS; n++)); do
		measure "$size" $n
	done
done
echo "| /etc | what | not adopted | adopted | ratio |"
echo "| --- | --- | --- | --- | --- |"
for size in ${BENCH_SIZES:-3MB 100k}; do
	row "$size" "init" init-adopt init-plain
	row "$size" "the start that removes" second-adopt second-plain
	row "$size" "every later start" third-adopt second-plain
done
