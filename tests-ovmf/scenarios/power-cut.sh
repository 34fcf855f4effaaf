#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The power is cut at every write: a guest runs every verb on a disk that records its writes, flushes and the TPM's
# states between them; then each moment is reconstructed, complete and with unflushed writes missing, and opened.
# ENDURE=--whole tries more combinations of missing writes.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/secure_boot.sh"
. "$OVMF/lib/recorded.sh"
scenario_start
m=$SCRATCH/m
machine_make "$m" "$UUID_HOST" tpm
machine_secure_boot "$m"
cp --sparse=always "$m/disk.img" "$SCRATCH/base.img"
job_make "$SCRATCH/job" endure
mark_block "$m/disk.img" >"$SCRATCH/job/mark-block"
"$BUILD/keys/tests/endure/test-power" --commands >"$SCRATCH/job/verbs"
record_boot "$m" verbs "job=$SCRATCH/job" || :
verbs=$m/boots/verbs

step=0
while read -r command; do
	step=$((step + 1))
	check "etcseal $command succeeds" says "$verbs" "verb-$step" "0 $command"
done <"$SCRATCH/job/verbs"
grep -m1 -oE '([0-9]{6}-){15}[0-9]{6}' "$verbs/out/verbs.txt" >"$SCRATCH/key" || :
# shellcheck disable=SC2086
CMOCKA_MESSAGE_OUTPUT=TAP "$BUILD/keys/tests/endure/test-power" ${ENDURE:---quick} "$SCRATCH/base.img" "$m/recorded" "$verbs/out/log" "$SCRATCH/key" \
	"$(cat "$m/uuid")" "$ESP_OFFSET" "$(cat "$SCRATCH/job/mark-block")" >"$SCRATCH/power.txt" 2>&1 || :
cat "$SCRATCH/power.txt"
check "no cut loses anything" grep -q '^ok 1 ' "$SCRATCH/power.txt"
