# SPDX-License-Identifier: Apache-2.0
# Commits endlessly, each time with a number in /etc/step, and prints what is being saved and what is saved: the harness
# cuts the power meanwhile.
. ./witness.sh
say opened-by "$(field opened_by)"
step=$(cat /etc/step 2>/dev/null || echo 0)
say step-found "$step"
if [ "$step" = 0 ]; then
	etcseal init >/tmp/init.txt 2>&1
	say init-exit $?
fi
while :; do
	step=$((step + 1))
	echo "$step" >/etc/step
	say saving "$step"
	etcseal backup >/tmp/backup.txt 2>&1 && say saved "$step"
done
