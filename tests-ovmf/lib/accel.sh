# SPDX-License-Identifier: Apache-2.0
# KVM, if it really runs a guest here; otherwise TCG. /dev/kvm may exist and stop in the firmware's first instructions,
# so the probe is a complete start: firmware, kernel, and the kernel's own end.

accel_try() { # folder, accelerator's options: whether a guest gets through
	local pid
	cp "$OVMF_VARS" "$1/vars.fd"
	: >"$1/err"
	# shellcheck disable=SC2086
	(owned qemu-system-x86_64 -M q35 -m 512 $2 -nodefaults -display none -no-reboot \
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$OVMF_CODE" \
		-drive "if=pflash,unit=1,format=raw,file=$1/vars.fd" \
		-kernel "$KERNEL" -append 'console=ttyS0 panic=-1 no_timer_check' -serial "file:$1/serial" >"$1/err" 2>&1 </dev/null) &
	pid=$!
	# It ends on its own, stops after an "internal error", or never ends.
	wait_line "$1/err" 'internal error' 15 $pid || :
	kill $pid 2>/dev/null || :
	wait $pid 2>/dev/null || :
	grep -aq 'Kernel panic' "$1/serial" 2>/dev/null
}

accel_probe() { # folder for its files; prints QEMU's options
	local candidate
	mkdir -p "$1"
	if [ -w /dev/kvm ]; then
		for candidate in "-accel kvm -cpu max" "-accel kvm -cpu max,-arch-capabilities"; do
			if accel_try "$1" "$candidate" 2>/dev/null; then
				echo "$candidate"
				return
			fi
		done
	fi
	echo "-accel tcg,thread=multi -cpu max,la57=off"
}
