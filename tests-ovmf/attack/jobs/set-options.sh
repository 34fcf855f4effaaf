# SPDX-License-Identifier: Apache-2.0
# Another system on this machine leaves options for systemd in firmware: the file `variable`, attributes and value.
NAME=SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67
cat variable >/sys/firmware/efi/efivars/$NAME
say variable "$(tail -c +5 /sys/firmware/efi/efivars/$NAME | tr -d '\000')"
