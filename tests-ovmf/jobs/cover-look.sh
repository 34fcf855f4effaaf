# SPDX-License-Identifier: Apache-2.0
. ./witness.sh
say state "$(field state)"
say file "$(cat /usr/share/site/id) $(stat -c '%a %u:%g %Y' /usr/share/site/id)"
say folder "$(cat /srv/app/conf)"
say old "$(ls /srv/app/old 2>/dev/null || echo gone)"
etcseal backup >/run/out/backup.txt 2>&1
say backup "$(cat /run/out/backup.txt)"

# chattr +i, +a
(echo changed >/etc/fixed) 2>/dev/null
say immutable "$? $(cat /etc/fixed)"
rm -f /etc/fixed 2>/dev/null
say removed $?
(echo more >>/etc/log) 2>/dev/null
say append $?
(echo over >/etc/log) 2>/dev/null
say overwrite $?
chattr -i /etc/fixed && rm /etc/fixed
say freed $?
