# SPDX-License-Identifier: Apache-2.0
# What the harness says, and how it ends.

die() {
	printf 'tests-ovmf: %s\n' "$*" >&2
	exit 1
}

need() { # programs; what a package of packages.txt brings
	local p
	for p in "$@"; do
		command -v "$p" >/dev/null || die "$p isn't installed; \`make deps\` as root installs what packages.txt lists."
	done
}
