# SPDX-License-Identifier: Apache-2.0
# What a host has to endure (issue "The configuration is never lost"): `make check` runs the quick part of each program here,
# `make endure` the whole.

# test-power wants a recording: tests-ovmf/scenarios/power-cut.sh makes one.
ENDURE_TESTS := $(filter-out %/test-power,$(patsubst %.c,$(BUILD)/%,$(wildcard keys/tests/endure/test-*.c)))
TESTS += $(ENDURE_TESTS)
tests: $(ENDURE_TESTS)

$(BUILD)/keys/tests/endure/test-faults: LDFLAGS_ALL += -Wl,--wrap=es_tpm_open
$(BUILD)/keys/tests/endure/test-growth: LIBS += -lm
-include $(ENDURE_TESTS:=.d) $(BUILD)/keys/tests/endure/test-power.d

# The guest's side: a disk that remembers its writes, and what makes power cuts of them.
ENDURE_GUEST := $(BUILD)/tests-ovmf/recorder $(BUILD)/keys/tests/endure/test-power
guest: $(ENDURE_GUEST)
$(BUILD)/tests-ovmf/recorder: tests-ovmf/endure/recorder.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 $< -o $@

.PHONY: endure
endure:
	$(Q).ci/deps
	$(Q)BUILD=$(BUILD) PART='$(PART)' tests-ovmf/endure/run
