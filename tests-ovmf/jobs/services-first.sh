# SPDX-License-Identifier: Apache-2.0
. ./services.sh
services
etcseal init --adopt >/run/out/init.txt 2>&1
say init-exit $?
etcseal below >/run/out/below.txt 2>&1
etcseal status >/run/out/status.txt 2>&1
debian_facts
