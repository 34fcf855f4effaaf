# SPDX-License-Identifier: Apache-2.0
# Did systemd honour the credential? It makes systemd-tmpfiles create that file.
. ./witness.sh
witness
say pid1 "$(cat /proc/1/comm)"
say smbios "$(grep -qa io.systemd.credential /sys/firmware/dmi/tables/DMI && echo yes || echo no)"
say fw-cfg "$([ -e /sys/firmware/qemu_fw_cfg/by_name/opt/io.systemd.credentials/tmpfiles.extra/raw ] && echo yes || echo no)"
say credential "$(cat /run/planted 2>/dev/null || echo none)"
