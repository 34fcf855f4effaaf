# SPDX-License-Identifier: Apache-2.0
# `make attack`: every attack of the suite, with its positive control, and a table at the end. ATTACK=name runs just that boot.

ATTACK_PROGRAMS := $(OVMF_BUILD)/unseal $(OVMF_BUILD)/needles $(OVMF_BUILD)/append $(OVMF_BUILD)/kcore
.PHONY: attack attack-programs
attack:
	$(Q).ci/deps
	$(Q)BUILD=$(BUILD) tests-ovmf/attack/run $(ATTACK)

attack-programs: $(ATTACK_PROGRAMS)

$(OVMF_BUILD)/unseal: keys/tests/lib/tools/unseal.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) $^ $(LDFLAGS_ALL) $(LIBS) -o $@

$(OVMF_BUILD)/needles $(OVMF_BUILD)/append $(OVMF_BUILD)/kcore: $(OVMF_BUILD)/%: tests-ovmf/attack/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -static $< -o $@

# The attacker's firmware programs. All but two are drivers: they stay when they have returned.
ATTACK_EFI := $(patsubst tests-ovmf/attack/efi/%.c,$(OVMF_BUILD)/evil/%.efi,$(wildcard tests-ovmf/attack/efi/*.c))
attack-programs: $(ATTACK_EFI)
$(OVMF_BUILD)/evil/replay.efi $(OVMF_BUILD)/evil/ask.efi: ATTACK_TARGET := efi-app-x86_64
$(OVMF_BUILD)/evil/%.efi: tests-ovmf/attack/efi/%.c tests-ovmf/attack/efi/common.h
	@mkdir -p $(@D)
	$(call say,EFI,$@)
	$(Q)$(CC) $(MENU_CFLAGS) -I. -c $< -o $(@:.efi=.o)
	$(Q)ld -nostdlib -znocombreloc -T /usr/lib/elf_x86_64_efi.lds -shared -Bsymbolic -L/usr/lib \
		/usr/lib/crt0-efi-x86_64.o $(@:.efi=.o) -o $(@:.efi=.so) -lefi -lgnuefi
	$(Q)objcopy -j .text -j .sdata -j .data -j .dynamic -j .dynsym -j '.rel*' -j '.reloc' -j '.rodata' \
		--target $(or $(ATTACK_TARGET),efi-bsdrv-x86_64) $(@:.efi=.so) $@
