# SPDX-License-Identifier: Apache-2.0
. ./look.sh
say late "$(cat /etc/late/deep/file 2>/dev/null || echo missing)"
etcseal backup >/run/out/backup.txt 2>&1
say backup "$(cat /run/out/backup.txt)"
