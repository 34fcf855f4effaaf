#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An image that is pinned to this host opens it, also after a change of keys, and so does its successor.
. "$(dirname "$0")/../lib/harness.sh"
. "$OVMF/lib/pinned.sh"
scenario_start
m=$SCRATCH/m
fixture tpm "$m"
act_pin "$m" pin || :
p=$m/boots/pin
check "the pinned image is built" says "$p" build-exit 0
check "and sealed to" says "$p" reseal-exit 0
check "and will open" says "$p" check-exit 0

job_make "$m/job-rotate" rotate-image
machine_boot "$m" rotate "job=$m/job-rotate" "image=$PINNED" || :
r=$m/boots/rotate
grep -m1 -oE '([0-9]{6}-){15}[0-9]{6}' "$r/out/rotate.txt" >"$m/new-key" || :
check "it opens" says "$r" opened-by tpm
check "status says that it is pinned" grep -q 'Boot image  *pinned to this host' "$r/out/status.txt"
check "the key is changed, and the successor is built" says "$r" rotate-exit 0
check "from the file that this boot was started from" grep -q 'boot it next; until then /efi/.*one.efi still opens' "$r/out/rotate.txt"
check "with the current image the next boot will open" says "$r" check-one 0
check "with the successor, too" says "$r" check-two 0
one=$(image_cmdline "$m" /EFI/etcseal/one.efi) two=$(image_cmdline "$m" /EFI/etcseal/two.efi)
check "they differ only in the key" test "${one/etcseal.key-id=????????????????/}" = "${two/etcseal.key-id=????????????????/}"
check "but there they do differ" test "$one" != "$two"

act_look "$m" between "image=$PINNED" || :
check "until then the previous image opens" says "$m/boots/between" opened-by tpm
job_make "$m/job-two" backup
machine_boot "$m" two "job=$m/job-two" 'image=\EFI\etcseal\two.efi' || :
check "the successor opens" says "$m/boots/two" opened-by tpm
check "with what was saved" says "$m/boots/two" file "psk=correct horse battery staple"

# The previous image is retired: somebody with the old recovery key could plant a configuration for it.
machine_start "$m" after "job=$m/job-between" "image=$PINNED"
! machine_sees "$CONSOLE_ASKS" 120 || machine_type "$(cat "$m/new-key")"
! machine_sees "$CONSOLE_ASKS_OLD|$CONSOLE_ASKS" 60 || machine_type ''
machine_end || :
check "the previous image opens nothing any more" stays_shut "$m/boots/after"
check "and says which key it accepts" shows "$m/boots/after" 'the image accepts'
