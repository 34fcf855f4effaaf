# SPDX-License-Identifier: Apache-2.0
. ./services.sh
say opened-by "$(field opened_by)"
services
etcseal below >/run/out/below.txt 2>&1
etcseal status >/run/out/status.txt 2>&1
etcseal check >/run/out/check-next.txt 2>&1
say check-next $?
debian_facts
