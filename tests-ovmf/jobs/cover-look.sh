# SPDX-License-Identifier: Apache-2.0
. ./witness.sh
say state "$(field state)"
say file "$(cat /usr/share/site/id) $(stat -c '%a %u:%g %Y' /usr/share/site/id)"
say folder "$(cat /srv/app/conf)"
say old "$(ls /srv/app/old 2>/dev/null || echo gone)"
etcseal backup >/run/out/backup.txt 2>&1
say backup "$(cat /run/out/backup.txt)"
