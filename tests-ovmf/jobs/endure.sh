# SPDX-License-Identifier: Apache-2.0
# Runs the verbs that `verbs` lists, each as a step of its own: /etc/step contains the number of the step to save.
# Before and after each, it writes a mark to the block after the last partition, bypassing every cache and without a
# flush, so that the mark itself syncs nothing: what the verb didn't sync is still not synced.
cp /sys/kernel/security/tpm0/binary_bios_measurements /run/out/log
mark() {
	printf '%-4095s\n' "$1" >/tmp/mark
	dd if=/tmp/mark of=/dev/vda bs=4096 count=1 seek="$(cat mark-block)" oflag=direct conv=notrunc 2>/dev/null
}
step=0
while read -r command; do
	step=$((step + 1))
	echo "$step" >/etc/step
	mark "begin $step $command"
	# shellcheck disable=SC2086
	etcseal $command </dev/null >>/run/out/verbs.txt 2>&1
	status=$?
	say "verb-$step" "$status $command"
	mark "end $step $status"
done <verbs
cp -r /efi/etcseal /run/out/banks
