# SPDX-License-Identifier: Apache-2.0
# What a host has to endure (issue "The configuration is never lost"): `make check` runs the quick part of each program here,
# `make endure` the whole.

ENDURE_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard keys/endure/test-*.c))
TESTS += $(ENDURE_TESTS)
tests: $(ENDURE_TESTS)

$(BUILD)/keys/endure/test-faults: LDFLAGS_ALL += -Wl,--wrap=es_tpm_open
-include $(ENDURE_TESTS:=.d)
