# SPDX-License-Identifier: Apache-2.0
# What others report of a boot's measurements: systemd-measure, and tpm2_eventlog with the guest's own log.

ZEROS=$(printf '0%.0s' {1..64})

pcr() { # boot's folder, number: as the kernel of that guest read it
	tr 'A-F' 'a-f' <"$1/out/pcrs/$2"
}

extend() { # value, digest: both hex
	printf '%s%s' "$1" "$2" | sed 's/../\\x&/g' | xargs -0 printf '%b' | sha256sum | cut -d' ' -f1
}

fenced() { # PCR 11 as the stub left it: prints its value after the fence
	extend "$1" "$(printf 'etcseal/v1/fence' | sha256sum | cut -d' ' -f1)"
}

systemd_measure() { # folder of the parts
	/usr/lib/systemd/systemd-measure calculate --bank=sha256 --phase=: --linux="$KERNEL" --initrd="$1/initrd" \
		--cmdline="$1/cmdline" --osrel="$1/osrel" 2>/dev/null | sed -n 's/^11:sha256=//p' | head -n 1
}

section_measured() { # PCR 11, name, file: extends it as the UKI specification says
	extend "$(extend "$1" "$(printf '%s\0' "$2" | sha256sum | cut -d' ' -f1)")" "$(sha256sum <"$3" | cut -d' ' -f1)"
}

# systemd-measure 252 knows neither .uname nor .sbat; both come after the sections that it knows.
image_measured() { # folder of the parts, image
	objcopy -O binary -j .sbat "$2" "$SCRATCH/sbat"
	section_measured "$(section_measured "$(systemd_measure "$1")" .uname "$1/uname")" .sbat "$SCRATCH/sbat"
}

measured_take() { # boot's folder: writes tpm2_eventlog's output beside the log
	tpm2_eventlog "$1/out/event-log" >"$1/out/event-log.yaml" 2>"$1/out/event-log.err" || :
}

replayed() { # boot's folder, PCR: from tpm2_eventlog's own replay at the end of its output
	sed -n '/^pcrs:/,$p' "$1/out/event-log.yaml" | sed -n '/^  sha256:/,/^  sha[135]/p' |
		sed -n "s/^ *$2 *: *0x//p" | tr 'A-F' 'a-f'
}

log_replays() { # boot's folder: PCRs 0 to 15 except 10, which the kernel's IMA extends; 11 also has the fence, after the log's end
	local n want bad=0
	for n in {0..9} {11..15}; do
		want=$(replayed "$1" "$n")
		[ -n "$want" ] || want=$ZEROS
		[ "$n" != 11 ] || want=$(fenced "$want")
		same "$(pcr "$1" "$n")" "$want" || {
			echo "(PCR $n)"
			bad=1
		}
	done
	return $bad
}

# tpm2-tools 5.4 expects EV_IPL only in a boot loader's PCRs, and warns about it in PCR 11, where the UKI specification
# puts it.
no_warnings() { # boot's folder
	! grep -v 'unexectedly not extending either PCR 8, 9, 12 or 14' "$1/out/event-log.err"
}
