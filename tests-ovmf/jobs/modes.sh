# SPDX-License-Identifier: Apache-2.0
# Act 1, and what the host says of its Secure Boot; then it is to be required.
. ./init.sh
etcseal status >/run/out/status.txt 2>&1
say secure-boot "$(sed -n 's/^ *Secure Boot *//p' /run/out/status.txt)"
say secure-boot-state "$(sed -n 's/.*"secure_boot_state": *"\([a-z-]*\)".*/\1/p' /run/out/status.json)"
etcseal set --require-secure-boot=true >/run/out/set.txt 2>&1
say set-exit $?
say required "$(etcseal get | sed -n 's/^ *Require Secure Boot: *//p')"
