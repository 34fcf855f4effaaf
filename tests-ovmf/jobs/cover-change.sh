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
etcseal backup >/run/out/backup.txt 2>&1
say backup-exit $?
etcseal diff >/run/out/diff.txt 2>&1
say diff "$(cat /run/out/diff.txt)"
