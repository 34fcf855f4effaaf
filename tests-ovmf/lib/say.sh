# SPDX-License-Identifier: Apache-2.0
# The harness's messages, and how it ends.

die() {
	printf 'tests-ovmf: %s\n' "$*" >&2
	exit 1
}

need() { # programs, which the packages of packages.txt provide
	local p
	for p in "$@"; do
		command -v "$p" >/dev/null || die "$p isn't installed; \`make deps\` as root installs what packages.txt lists."
	done
}
