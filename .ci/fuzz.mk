# SPDX-License-Identifier: Apache-2.0
# `make fuzz [FUZZ_SECONDS=20]` runs every fuzz-*.c of keys/ that long, under ASan and UBSan, and closes with
# `N passed, N failed`; `make fuzz-build` only compiles them. `make sanitize` runs the unit tests under ASan and UBSan.
# Each is built twice: to run, and, in build/fuzz/cover/, to count the lines that what it kept runs through.
# What a fuzzer found interesting is kept in build/fuzz/corpus/, what broke it in build/fuzz/crash/.

FUZZ_CC ?= clang
FUZZ_BUILD := $(BUILD)/fuzz
FUZZ_SECONDS ?= 20
FUZZ_COMMON := -std=gnu11 -D_GNU_SOURCE -DES_VERSION_TEXT='"$(VERSION)"' -Wall -Wextra -Werror -I. -MMD -MP -O2 -g \
	-fno-omit-frame-pointer
FUZZ_FLAGS := $(FUZZ_COMMON) -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
# What fuzzers share, and what stands in for a part of the library: these go before it.
FUZZ_PARTS := $(wildcard keys/tests/lib/fuzz/*.c) keys/tests/lib/tar_image.c
FUZZERS := $(patsubst %.c,$(FUZZ_BUILD)/%,$(FUZZ_SRC))
FUZZ_LIB := $(FUZZ_BUILD)/libetcseal.a
COVER_BUILD := $(FUZZ_BUILD)/cover
COVER_FLAGS := $(FUZZ_COMMON) -fprofile-instr-generate -fcoverage-mapping
COVERERS := $(patsubst %.c,$(COVER_BUILD)/%,$(FUZZ_SRC))
COVER_LIB := $(COVER_BUILD)/libetcseal.a

.PHONY: fuzz fuzz-build sanitize
fuzz-build: $(FUZZERS) $(COVERERS)

fuzz: fuzz-build
	$(Q).ci/fuzz $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZERS)

$(FUZZ_BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$< (fuzz))
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -c $< -o $@

# Not what is fuzzed: as fast as can be, and its edges aren't counted.
$(patsubst %.c,$(FUZZ_BUILD)/%.o,$(filter-out keys/tests/lib/fuzz/secret.c,$(FUZZ_PARTS))): FUZZ_FLAGS := $(FUZZ_COMMON)

$(FUZZ_LIB): $(patsubst %.c,$(FUZZ_BUILD)/%.o,$(LIB_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(FUZZERS): $(FUZZ_BUILD)/%: $(FUZZ_BUILD)/%.o $(patsubst %.c,$(FUZZ_BUILD)/%.o,$(FUZZ_PARTS)) $(FUZZ_LIB)
	$(call say,LD,$@)
	$(Q)$(FUZZ_CC) -fsanitize=address,undefined,fuzzer $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LIBS) -o $@

$(COVER_BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$< (cover))
	$(Q)$(FUZZ_CC) $(COVER_FLAGS) -c $< -o $@

$(COVER_LIB): $(patsubst %.c,$(COVER_BUILD)/%.o,$(LIB_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(COVERERS): $(COVER_BUILD)/%: $(COVER_BUILD)/%.o $(patsubst %.c,$(COVER_BUILD)/%.o,$(FUZZ_PARTS)) $(COVER_LIB)
	$(call say,LD,$@)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer -fprofile-instr-generate $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LIBS) -o $@

# gcc's sanitizers, in a build of their own. _FORTIFY_SOURCE hides from ASan what it would see itself.
sanitize:
	$(Q)$(MAKE) BUILD=$(BUILD)/sanitize CFLAGS='-O1 -g -fno-omit-frame-pointer' \
		EXTRA_CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=all -U_FORTIFY_SOURCE' units

-include $(foreach b,$(FUZZ_BUILD) $(COVER_BUILD),$(patsubst %.c,$(b)/%.d,$(LIB_SRC) $(FUZZ_SRC) $(FUZZ_PARTS)))
