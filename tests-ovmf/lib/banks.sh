# SPDX-License-Identifier: Apache-2.0
# The banks on a machine's boot partition, read and damaged from outside.

bank_generation() { # machine, bank: 0 if it has none
	local n
	n=$(mtype -i "$1/disk.img@@$ESP_OFFSET" "::/etcseal/bank$2/encryption.info" 2>/dev/null |
		sed -n 's/.*"generation": *\([0-9]*\).*/\1/p' | head -n 1)
	echo "${n:-0}"
}

bank_newest() { # machine: 0 or 1
	[ "$(bank_generation "$1" 0)" -gt "$(bank_generation "$1" 1)" ] && echo 0 || echo 1
}

bank_cut() { # machine, bank, file: leaves its first half, as a power cut or a careless copy does
	local copy=$1/bank-file
	esp_get "$1/disk.img" "/etcseal/bank$2/$3" "$copy"
	truncate -s $(($(stat -c %s "$copy") / 2)) "$copy"
	esp_put "$1/disk.img" "$copy" "/etcseal/bank$2/$3"
}

bank_garbage() { # machine, bank, file: of the same length
	local copy=$1/bank-file
	esp_get "$1/disk.img" "/etcseal/bank$2/$3" "$copy"
	head -c "$(stat -c %s "$copy")" /dev/urandom >"$copy.new"
	esp_put "$1/disk.img" "$copy.new" "/etcseal/bank$2/$3"
}

banks_copy() { # machine, folder
	rm -rf "$2"
	mcopy -i "$1/disk.img@@$ESP_OFFSET" -s -n "::/etcseal" "$2"
}

banks_restore() { # machine, folder that banks_copy made
	esp_remove "$1/disk.img" /etcseal
	mcopy -i "$1/disk.img@@$ESP_OFFSET" -s "$2" ::/etcseal
}
