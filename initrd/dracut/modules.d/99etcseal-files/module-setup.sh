#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# dracut: has look-files look at what goes into the initramfs. It adds nothing. Its settings are variables of dracut's own
# configuration, /etc/dracut.conf.d/etcseal.conf.

etcseal_look_files=${ETCSEAL_LOOK:-/usr/lib/etcseal/look-files}

check() {
	[[ -x $etcseal_look_files || $ETCSEAL_FILES == strict ]]
}

depends() {
	return 0
}

# Modules that come later, dracut's own settings and --include add files after install(). dracut has no hook for that; the
# last function that it calls before it makes the archive is build_ld_cache. A dracut without that function is checked here.
install() {
	if [[ $(type -t build_ld_cache) == function && $(type -t etcseal_build_ld_cache) != function ]]; then
		eval "etcseal_$(declare -f build_ld_cache)"
		build_ld_cache() {
			etcseal_build_ld_cache "$@"
			etcseal_look
		}
	fi
	etcseal_look
}

# dracut goes on after a module that fails.
etcseal_look() {
	if ! ETCSEAL_FILES=$ETCSEAL_FILES ETCSEAL_ALLOW=$ETCSEAL_ALLOW ETCSEAL_LEAVE_OUT=$ETCSEAL_LEAVE_OUT \
		ETCSEAL_SAID=$DRACUT_TMPDIR/etcseal-said "$etcseal_look_files" "$initdir"; then
		echo "etcseal: this initramfs isn't made: see above" >&2
		exit 1
	fi
}
