# SPDX-License-Identifier: Apache-2.0
# A clean shutdown: a change, and at the same moment the service is told to end.
. ./look.sh
. ./watch.sh
say late "$(cat /etc/late/deep/file 2>/dev/null || echo missing)"
say hostname "$(cat /etc/hostname)"
say hostname-mode "$(stat -c %a /etc/hostname)"
say passwd "$(ls /etc/passwd 2>/dev/null || echo gone)"
watch_start
echo "as the lights go out" >/etc/late/deep/file
kill -TERM $WATCH
wait $WATCH
say watch-exit $?
say watch-state "$(watch_field state)"
