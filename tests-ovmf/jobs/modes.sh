# SPDX-License-Identifier: Apache-2.0
# Act 1, and what the host reports about its Secure Boot; then it tries to require it.
. ./init.sh
etcseal status >/run/out/status.txt 2>&1
say secure-boot "$(sed -n 's/^ *Secure Boot *//p' /run/out/status.txt)"
say secure-boot-state "$(sed -n 's/.*"secure_boot_state": *"\([a-z-]*\)".*/\1/p' /run/out/status.json)"
etcseal set --require-secure-boot=true >/run/out/set.txt 2>&1
say set-exit $?
say required "$(etcseal get | sed -n 's/^ *Require Secure Boot: *//p')"
