# SPDX-License-Identifier: Apache-2.0
. ./look.sh
say smbios "$(grep -qa io.systemd.stub.kernel-cmdline-extra /sys/firmware/dmi/tables/DMI && echo yes || echo no)"
