# SPDX-License-Identifier: Apache-2.0
# An unattended update: in the running guest the next image's PCRs are predicted and sealed to, and it opens
# automatically.

next_image() { # machine, further options: \EFI\etcseal\next.efi
	local machine=$1 parts=$OVMF_OUT/parts image=$SCRATCH/next.efi
	shift
	sed 's/^VERSION_ID=.*/VERSION_ID=2/' "$parts/osrel" >"$SCRATCH/osrel"
	"$BUILD/etcseal" image build --stub="$BUILD/etcseal-stub-x64.efi" --linux="$KERNEL" --initrd="$parts/initrd" \
		--cmdline="@$parts/cmdline" --osrel="$SCRATCH/osrel" --uname="$KERNEL_VERSION" "$@" \
		--output="$image" >"$SCRATCH/build.txt" 2>&1 || die "image build: $(cat "$SCRATCH/build.txt")"
	esp_put "$machine/disk.img" "$image" /EFI/etcseal/next.efi
}

predicted() { # boot's folder, PCR
	sed -n "s/^$2:sha256=//p" "$1/out/predicted"
}

act_update() { # machine: the old image, which seals to the new one; the new one; the old one again
	local m=$1 b n old
	job_make "$m/job-update" update
	machine_boot "$m" update "job=$m/job-update" || :
	b=$m/boots/update
	act_look "$m" next "image=\\EFI\\etcseal\\next.efi" || :
	n=$m/boots/next
	act_look "$m" old || :
	old=$m/boots/old

	check "the host as it is will open again" says "$b" check-now 0
	check "with the new image it would not" says "$b" check-before 4
	check "and the image is named" grep -q 'PCR 11 ' "$b/out/check-before.txt"
	check "its PCRs are predicted" says "$b" predict-exit 0
	check "with nothing unknown" test ! -s "$b/out/predict.err"
	check "the host is sealed to it" says "$b" reseal-exit 0
	check "now it will open" says "$b" check-after 0
	check "the new image opens automatically" says "$n" opened-by tpm
	check "the file is there" says "$n" file "psk=correct horse battery staple"
	check "it is the new image" bash -c "! cmp -s '$b/out/pcrs/11' '$n/out/pcrs/11'"
	check "PCR 2 is as predicted" same "$(pcr "$n" 2)" "$(predicted "$b" 2)"
	check "PCR 4 is as predicted" same "$(pcr "$n" 4)" "$(predicted "$b" 4)"
	check "and differs from the previous one" bash -c "! cmp -s '$b/out/pcrs/4' '$n/out/pcrs/4'"
	check "PCR 7 is as predicted" same "$(pcr "$n" 7)" "$(predicted "$b" 7)"
	check "PCR 11 is as predicted, and then the fence" same "$(pcr "$n" 11)" "$(fenced "$(predicted "$b" 11)")"
	check "PCR 12 is as predicted" same "$(pcr "$n" 12)" "$(predicted "$b" 12)"
	check "the old image still opens too" says "$old" opened-by tpm
}
