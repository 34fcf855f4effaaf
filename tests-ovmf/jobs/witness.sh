# SPDX-License-Identifier: Apache-2.0
# What every job reports about its boot; sourced in the guest, by busybox sh. DEMO_FILE is the file that the acts use.

DEMO_FILE=/etc/network-secret.conf
BOOT_JSON=/run/etcseal/boot.json
EVENT_LOG=/sys/kernel/security/tpm0/binary_bios_measurements

field() { # a field of boot.json
	tr -d '\n' <"$BOOT_JSON" | sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# What the kernel itself reports; the harness compares it with what others computed.
take_evidence() {
	mkdir -p /run/out/pcrs
	cp /sys/class/tpm/tpm0/pcr-sha256/* /run/out/pcrs/ 2>/dev/null
	cp "$EVENT_LOG" /run/out/event-log 2>/dev/null
	cp "$BOOT_JSON" /run/out/boot.json 2>/dev/null
	cat /proc/cmdline >/run/out/cmdline
	dmesg >/run/out/dmesg
	cp -r /efi/etcseal /run/out/banks 2>/dev/null
}

witness() {
	say state "$(field state)"
	say opened-by "$(field opened_by)"
	say unlock-ms "$(field unlock_ms)"
	say tpm-commands "$(field tpm_commands)"
	say fenced "$(field fenced)"
	say mode "$(etcseal get 2>/dev/null | sed -n 's/^ *Mode: *//p')"
	say file "$(cat $DEMO_FILE 2>/dev/null || echo missing)"
	say motd "$(cat /etc/motd)"
	say cmdline "$(cat /proc/cmdline)"
	take_evidence
}
