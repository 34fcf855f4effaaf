# SPDX-License-Identifier: Apache-2.0
# `make attack`: every attack of the suite, with its positive control, and a table at the end. ATTACK=name runs just that boot.

ATTACK_PROGRAMS := $(OVMF_BUILD)/unseal $(OVMF_BUILD)/needles
.PHONY: attack attack-programs
attack:
	$(Q).ci/deps
	$(Q)BUILD=$(BUILD) tests-ovmf/attack/run $(ATTACK)

attack-programs: $(ATTACK_PROGRAMS)

$(OVMF_BUILD)/unseal: keys/testlib/tools/unseal.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) $^ $(LDFLAGS_ALL) $(LIBS) -o $@

$(OVMF_BUILD)/needles: tests-ovmf/attack/needles.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 $< -o $@
