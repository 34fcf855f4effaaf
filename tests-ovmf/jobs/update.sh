# SPDX-License-Identifier: Apache-2.0
# A host before an update: what will the new image measure, and will it open? Then the host is sealed to it.
. ./look.sh
next=/efi/EFI/etcseal/next.efi
etcseal check >/run/out/check-now.txt 2>&1
say check-now $?
etcseal check --image=$next >/run/out/check-before.txt 2>&1
say check-before $?
etcseal image predict $next >/run/out/predicted 2>/run/out/predict.err
say predict-exit $?
etcseal reseal --image=$next >/run/out/reseal.txt 2>&1
say reseal-exit $?
etcseal check --image=$next >/run/out/check-after.txt 2>&1
say check-after $?
