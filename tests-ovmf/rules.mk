# SPDX-License-Identifier: Apache-2.0
# What boots in QEMU: the guest's PID 1, the stand-in for a boot menu, `make demo`, `make check`, `make scenarios`.
# SCENARIO=name runs just that one.

OVMF_BUILD := $(BUILD)/tests-ovmf
OVMF_GUEST := $(OVMF_BUILD)/init $(OVMF_BUILD)/menu.efi
OVMF_BUILT = $(OVMF_GUEST) $(PROGRAMS) $(wildcard $(BUILD)/etcseal-stub-x64.efi)

.PHONY: demo check scenarios guest bench
guest: $(OVMF_GUEST) $(OVMF_BUILD)/plant $(OVMF_BUILD)/unpack

$(OVMF_BUILD)/init: tests-ovmf/guest/init.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -static -s $< -o $@

$(OVMF_BUILD)/plant: tests-ovmf/plant/plant.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 $< -o $@

$(OVMF_BUILD)/unpack: tests-ovmf/unpack/unpack.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 $< -lzstd -lz -o $@

MENU_CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -fpic -fshort-wchar -fno-stack-protector \
	-fno-strict-aliasing -mno-red-zone -maccumulate-outgoing-args -fcf-protection=none -DGNU_EFI_USE_MS_ABI \
	-isystem /usr/include/efi -isystem /usr/include/efi/x86_64
$(OVMF_BUILD)/menu.efi: tests-ovmf/menu/menu.c
	@mkdir -p $(@D)
	$(call say,EFI,$@)
	$(Q)$(CC) $(MENU_CFLAGS) -c $< -o $(@D)/menu.o
	$(Q)ld -nostdlib -znocombreloc -T /usr/lib/elf_x86_64_efi.lds -shared -Bsymbolic -L/usr/lib \
		/usr/lib/crt0-efi-x86_64.o $(@D)/menu.o -o $(@D)/menu.so -lefi -lgnuefi
	$(Q)objcopy -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j '.rel*' -j '.reloc' -j '.rodata' \
		--target efi-app-x86_64 $(@D)/menu.so $@

demo:
	$(Q).ci/deps
	$(Q)BUILD=$(BUILD) tests-ovmf/demo

# Figures, as tables; BENCH_RUNS says how often each is measured.
bench:
	$(Q)BUILD=$(BUILD) tests-ovmf/bench/run

scenarios:
	$(Q)BUILD=$(BUILD) tests-ovmf/check --scenarios $(SCENARIO)

check:
	$(Q).ci/deps
	$(Q)BUILD=$(BUILD) tests-ovmf/check
