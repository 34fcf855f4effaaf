# SPDX-License-Identifier: Apache-2.0
. ./adopt.sh
say changed "$(cat /etc/cifs.credentials)"
say gone "$([ -e /etc/keys/data.key ] && echo no || echo yes)"
say below "$(below)"
etcseal status >/run/out/status.txt 2>&1
debian_facts
