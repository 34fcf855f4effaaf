# SPDX-License-Identifier: Apache-2.0
. ./debian.sh
say opened-by "$(field opened_by)"
debian_facts
