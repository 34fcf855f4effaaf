# SPDX-License-Identifier: Apache-2.0
# What a host must endure without losing its configuration: `make check` runs the quick part of each program here,
# `make endure` all of it.

# test-power and test-removal need a recording, which scenarios/power-cut.sh and endure/removal.sh in tests-ovmf make.
ENDURE_TESTS := $(filter-out %/test-power %/test-removal,$(patsubst %.c,$(BUILD)/%,$(wildcard keys/tests/endure/test-*.c)))
TESTS += $(ENDURE_TESTS)
tests: $(ENDURE_TESTS)

$(BUILD)/keys/tests/endure/test-faults: LDFLAGS_ALL += -Wl,--wrap=es_tpm_open
$(BUILD)/keys/tests/endure/test-growth: LIBS += -lm
-include $(ENDURE_TESTS:=.d) $(BUILD)/keys/tests/endure/test-power.d $(BUILD)/keys/tests/endure/test-removal.d

# The guest's side: a disk that records its writes, and the program that turns them into power cuts.
ENDURE_GUEST := $(BUILD)/tests-ovmf/recorder $(BUILD)/keys/tests/endure/test-power $(BUILD)/keys/tests/endure/test-removal
guest: $(ENDURE_GUEST)
$(BUILD)/tests-ovmf/recorder: tests-ovmf/endure/recorder.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 $< -o $@

.PHONY: endure
endure:
	$(Q).ci/deps
	$(Q)BUILD=$(BUILD) PART='$(PART)' tests-ovmf/endure/run
