# SPDX-License-Identifier: Apache-2.0
# A host that covers a folder and a single file besides /etc.
. ./witness.sh
etcseal init --path=/etc --path=/srv/app --path=/usr/share/site/id >/run/out/init.txt 2>&1
say init-exit $?
etcseal init --path=/nowhere >/run/out/init-again.txt 2>&1
say init-nowhere-exit $?
