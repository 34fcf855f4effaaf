# SPDX-License-Identifier: Apache-2.0
. ./witness.sh
say state "$(field state)"
say file-before "$(cat /usr/share/site/id) $(stat -c '%a %u:%g' /usr/share/site/id)"
say folder-before "$(cat /srv/app/conf)"
echo "of this host" >/usr/share/site/id
chown 12:34 /usr/share/site/id
chmod 0600 /usr/share/site/id
touch -d '2001-02-03 04:05:06' /usr/share/site/id
echo "of this host too" >/srv/app/conf
rm /srv/app/old
echo beside >/usr/share/site/beside 2>/dev/null
say beside-exit $?
echo fixed >/etc/fixed && echo log >/etc/log && ln /etc/log /etc/other-name
chattr +i /etc/fixed && chattr +a /etc/log
say chattr-exit $?
etcseal backup >/run/out/backup.txt 2>&1
say backup-exit $?
say lost "$(cat /run/out/backup.txt)"
etcseal status >/run/out/status.txt 2>&1
say remembered "$(grep 'hard links' /run/out/status.txt)"
etcseal diff >/run/out/diff.txt 2>&1
say diff "$(cat /run/out/diff.txt)"
