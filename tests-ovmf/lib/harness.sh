# SPDX-License-Identifier: Apache-2.0
# Everything that a run needs; sourced by demo, check and scenarios. Sets OVMF (this folder), BUILD (absolute), OVMF_OUT
# (what is kept between runs), SCRATCH, KERNEL, OVMF_ACCEL, OVMF_DISK.

set -euo pipefail
export LC_ALL=C MTOOLS_SKIP_CHECK=1
OVMF=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$OVMF/.."
BUILD_GIVEN=${BUILD:-build}
export -n BUILD
BUILD=$(realpath -m "$BUILD_GIVEN")
OVMF_OUT=$BUILD/tests-ovmf
OVMF_CODE=/usr/share/OVMF/OVMF_CODE_4M.fd OVMF_VARS=/usr/share/OVMF/OVMF_VARS_4M.fd
OVMF_BOOT_BOUND=${OVMF_BOOT_BOUND:-150}
PATH=$PATH:/usr/sbin:/sbin
for part in say scratch serial accel tpm disk machine tree image acts banks checks fixtures; do
	# shellcheck source=/dev/null
	. "$OVMF/lib/$part.sh"
done
unset part

harness_start() {
	need qemu-system-x86_64 swtpm swtpm_setup mformat sfdisk mke2fs cpio zstd modprobe objcopy busybox setpriv
	[ -r "$OVMF_CODE" ] || die "$OVMF_CODE isn't there; \`make deps\` as root installs ovmf."
	scratch_make
	kernel_find
	OVMF_ACCEL=${OVMF_ACCEL:-$(accel_probe "$SCRATCH/accel")}
	mkdir -p "$OVMF_OUT"
}

# For a scenario run by `check`, which has determined and built everything.
scenario_start() {
	[ -n "${OVMF_FIXTURES:-}" ] || die "scenarios are run by tests-ovmf/check: make scenarios SCENARIO=$(basename "$0" .sh)"
	scratch_make
	kernel_find
}

# Whatever is out of date; without the options of a make that called us.
build() { # targets of the Makefile; by default everything that boots
	[ $# -gt 0 ] || set -- all guest
	MAKEFLAGS='' make -s -j2 "BUILD=$BUILD_GIVEN" "$@"
}
