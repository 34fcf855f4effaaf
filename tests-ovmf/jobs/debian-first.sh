# SPDX-License-Identifier: Apache-2.0
. ./debian.sh
# Enough of it to be found in RAM, wherever its pages remain.
(umask 077 && i=0 && while [ $i -lt 32768 ]; do i=$((i + 1)); echo "psk=correct horse battery staple"; done >/etc/many-secrets)
. ./init.sh
debian_facts
