# SPDX-License-Identifier: Apache-2.0
. ./debian.sh
up() { sed 's/\([0-9]*\)\.\([0-9]*\) .*/\1\20/' /proc/uptime; } # milliseconds
a=$(up)
etcseal init ${ADOPT:-} >/run/out/init.txt 2>&1
say init-exit $?
b=$(up)
say init-ms $((b - a))
debian_facts
