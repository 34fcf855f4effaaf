# SPDX-License-Identifier: Apache-2.0
# Puts the key (the file `planted`) into every place that gather.sh reads and a program can write to: the search must
# find it there.
key=$(cat planted)
mkdir -p /run/planted
cp planted /run/planted/
printf '\007\000\000\000%s' "$key" >/sys/firmware/efi/efivars/EtcsealPlanted-1f9a3c52-6d0e-4b57-9b1e-0c5a7d3e8f24
mkfifo /tmp/planted
# It waits for a line that never comes, and ends with the guest.
PLANTED=$key sh -c 'read -r line </tmp/planted' sh "$key" &
