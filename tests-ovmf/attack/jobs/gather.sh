# SPDX-License-Identifier: Apache-2.0
# Collects everything that a boot leaves where somebody could read it, for the harness to search. The text that it
# searches for must not be in this file.
. ./look.sh
mkdir -p /run/out/places /tmp/pstore
mount -t pstore pstore /tmp/pstore 2>/dev/null
cat /proc/cmdline >/run/out/places/cmdline
dmesg >/run/out/places/dmesg
cat $EVENT_LOG >/run/out/places/event-log 2>/dev/null
cat /sys/firmware/efi/efivars/* >/run/out/places/efi-variables 2>/dev/null
cat /tmp/pstore/* >/run/out/places/pstore 2>/dev/null
cat /proc/[0-9]*/environ >/run/out/places/environ 2>/dev/null
cat /proc/[0-9]*/cmdline >/run/out/places/argv 2>/dev/null
# Not the root file system, which is mounted below.
find /run -path /run/job -prune -o -path /run/out -prune -o -path /run/etcseal/below -prune -o -type f -exec cat {} + >/run/out/places/run 2>/dev/null
cat /sys/kernel/boot_params/data >/run/out/places/boot-params 2>/dev/null
