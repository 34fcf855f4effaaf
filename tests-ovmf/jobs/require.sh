# SPDX-License-Identifier: Apache-2.0
# Act 1 with Secure Boot on, which is then required.
. ./init.sh
etcseal set --require-secure-boot=true >/run/out/set.txt 2>&1
say set-exit $?
say required "$(etcseal get | sed -n 's/^ *Require Secure Boot: *//p')"
