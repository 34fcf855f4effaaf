# SPDX-License-Identifier: Apache-2.0
. ./adopt.sh
say sums "$(sums)"
etcseal init --adopt --path-preset=debian >/run/out/init.txt 2>&1
say init-exit $?
etcseal below >/run/out/below.txt 2>&1
etcseal status >/run/out/status.txt 2>&1
say pending "$(grep -q 'adopted files are still in the clear' /run/out/status.txt && echo yes || echo no)"
. ./adopt-image.sh
debian_facts
