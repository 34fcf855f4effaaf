# SPDX-License-Identifier: Apache-2.0
# `make fuzz [FUZZ_SECONDS=20]` runs every fuzz-*.c of keys/ that long, under ASan and UBSan, and closes with
# `N passed, N failed`; `make fuzz-build` only compiles them. `make sanitize` runs the unit tests under ASan and UBSan.
# What a fuzzer found interesting is kept in build/fuzz/corpus/, what broke it in build/fuzz/crash/.

FUZZ_CC ?= clang
FUZZ_BUILD := $(BUILD)/fuzz
FUZZ_SECONDS ?= 20
FUZZ_FLAGS := -std=gnu11 -D_GNU_SOURCE -DES_VERSION_TEXT='"$(VERSION)"' -Wall -Wextra -Werror -I. -MMD -MP -O1 -g \
	-fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
FUZZERS := $(patsubst %.c,$(FUZZ_BUILD)/%,$(FUZZ_SRC))
FUZZ_LIB := $(FUZZ_BUILD)/libetcseal.a

.PHONY: fuzz fuzz-build sanitize
fuzz-build: $(FUZZERS)

fuzz: fuzz-build
	$(Q).ci/fuzz $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZERS)

$(FUZZ_BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$< (fuzz))
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -c $< -o $@

$(FUZZ_LIB): $(patsubst %.c,$(FUZZ_BUILD)/%.o,$(LIB_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(FUZZERS): $(FUZZ_BUILD)/%: $(FUZZ_BUILD)/%.o $(FUZZ_LIB)
	$(call say,LD,$@)
	$(Q)$(FUZZ_CC) -fsanitize=address,undefined,fuzzer $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -o $@

# gcc's sanitizers, in a build of their own. _FORTIFY_SOURCE hides from ASan what it would see itself.
sanitize:
	$(Q)$(MAKE) BUILD=$(BUILD)/sanitize CFLAGS='-O1 -g -fno-omit-frame-pointer' \
		EXTRA_CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=all -U_FORTIFY_SOURCE' units

-include $(patsubst %.c,$(FUZZ_BUILD)/%.d,$(LIB_SRC) $(FUZZ_SRC))
