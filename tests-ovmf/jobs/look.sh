# SPDX-License-Identifier: Apache-2.0
# A later boot: what has come back?
. ./witness.sh
witness
say attributes "$(stat -c '%a %u:%g' $DEMO_FILE /etc/owned | tr '\n' ' ')"
say link "$(readlink /etc/owned/link)"
say removed "$(ls /etc/removed-by-owner 2>/dev/null || echo gone)"
etcseal status --json >/run/out/status.json 2>/run/out/status.err
say status-exit $?
etcseal get >/run/out/get.txt 2>&1
say get-exit $?
