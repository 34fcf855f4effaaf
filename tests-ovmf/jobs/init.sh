# SPDX-License-Identifier: Apache-2.0
# Act 1: an unconfigured host is sealed, gets a file of its own, and is backed up.
. ./witness.sh
say state-before "$(field state)"
etcseal init >/run/out/init.txt 2>&1
say init-exit $?
say recovery-keys-shown "$(grep -cE '([0-9]{6}-){15}[0-9]{6}' /run/out/init.txt)"
# Only its owner may read it. It is what a thief of the disk would look for, and it must come back.
(umask 077 && echo "psk=correct horse battery staple" >$DEMO_FILE)
echo "the configuration of this very host" >/etc/motd
rm /etc/removed-by-owner
mkdir -p /etc/owned && chown 12:34 /etc/owned && chmod 2750 /etc/owned && chmod g-s /etc/owned
ln -s ../network-secret.conf /etc/owned/link
etcseal backup >/run/out/backup.txt 2>&1
say backup-exit $?
etcseal status --json >/run/out/status.json 2>/run/out/status.err
say status-exit $?
witness
