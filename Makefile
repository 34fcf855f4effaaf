# SPDX-License-Identifier: Apache-2.0
# `make` builds, `make demo` shows the main job in OVMF, `make check` tests. V=1 shows every command.

CC ?= gcc
BUILD ?= build
# A build for the attack suite, with a defence switched off (keys/core/defences.h), says so wherever it tells its version.
VERSION := 0.2.0-dev$(if $(findstring ES_TEST_WITHOUT_,$(EXTRA_CFLAGS)), TEST BUILD)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$(2)')

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	-Wformat=2 -Wundef -Wvla -Wwrite-strings -Werror
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE -ffunction-sections -fdata-sections
CFLAGS ?= -O2 -g
# Where `make install` puts things, and where `image build` looks for the stub: to be told to both.
PREFIX ?= /usr
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DES_VERSION_TEXT='"$(VERSION)"' $(WARN) $(HARDEN) -I. -MMD -MP $(CFLAGS) $(EXTRA_CFLAGS)
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections $(LDFLAGS) $(EXTRA_CFLAGS)
# libarchive is static, so that the initramfs isn't filled with its dependencies; gc-sections drops the formats that
# nobody calls, and with them what they would need. The compressors are static in the initramfs only: every Debian has them.
LIBS_HOST := -ljansson -lkeyutils -ltss2-esys -ltss2-mu -ltss2-rc -ltss2-tctildr -lcrypto -lpthread
COMPRESSORS := -lzstd -lz -llzma -lbz2
LIBS := -Wl,-Bstatic -larchive -Wl,-Bdynamic $(COMPRESSORS) $(LIBS_HOST)
LIBS_INITRD := -Wl,-Bstatic -larchive $(COMPRESSORS) -Wl,-Bdynamic $(LIBS_HOST)

sources = $(foreach d,$(1),$(wildcard $(d)/*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

KEYS_DIRS := keys/core keys/crypto keys/tpm keys/store keys/survey keys/adopt keys/archive keys/protector keys/choice keys/image keys/opening keys/host \
	keys/next keys/change
LIB_SRC := $(call sources,$(KEYS_DIRS))
INITRD_SRC := $(call sources,initrd)
TOOLS_SRC := $(call sources,tools)
TESTLIB_SRC := $(wildcard keys/tests/lib/*.c)
# Each room has its tests in tests/; what belongs to no single room is in keys/tests/.
TEST_DIRS := $(addsuffix /tests,$(KEYS_DIRS) keys initrd tools) keys/tests/attacks
TEST_SRC := $(foreach d,$(TEST_DIRS),$(wildcard $(d)/test-*.c))
FUZZ_SRC := $(foreach d,$(TEST_DIRS),$(wildcard $(d)/fuzz-*.c))

LIB := $(BUILD)/libetcseal.a
TESTS := $(patsubst %.c,$(BUILD)/%,$(TEST_SRC))
PROGRAMS := $(if $(TOOLS_SRC),$(BUILD)/etcseal) $(if $(INITRD_SRC),$(BUILD)/etcseal-boot)

.PHONY: man all deb deb-check deps check units quick test layers lint clean tests install install-files compile_commands.json FORCE
all: $(LIB) $(PROGRAMS)
tests: $(TESTS)

# $(call stamp,FILE,TEXT): FILE, which is newer than what was made with another text: other flags, another compiler or version.
stamp = $(if $(call differs,$(strip $(file <$(1))),$(strip $(2))),$(shell mkdir -p $(dir $(1)))$(file >$(1),$(2)))$(1)
differs = $(subst x$(1),,x$(2))$(subst x$(2),,x$(1))

include efi/rules.mk
include .ci/install.mk
include tests-ovmf/rules.mk
include tests-ovmf/attack/rules.mk
include keys/tests/endure/rules.mk
include keys/tests/without.mk
include .ci/fuzz.mk

FLAGS := $(call stamp,$(BUILD)/flags,$(CC) $(ALL_CFLAGS))

$(BUILD)/%.o: %.c $(FLAGS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

$(LIB): $(call objects,$(LIB_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

# The whole of the library, so that a name which a program and the library both define is an error and not a silent
# choice; what isn't called is dropped again.
WHOLE_LIB = -Wl,--whole-archive $(LIB) -Wl,--no-whole-archive

$(BUILD)/etcseal: $(call objects,$(TOOLS_SRC)) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(filter %.o,$^) $(WHOLE_LIB) $(LDFLAGS_ALL) $(LIBS) -o $@

$(BUILD)/etcseal-boot: $(call objects,$(INITRD_SRC)) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(filter %.o,$^) $(WHOLE_LIB) $(LDFLAGS_ALL) $(LIBS_INITRD) -o $@

# A test links the library, the test library and, for initrd/ and tools/, its program's objects but main.
# What test-without-x has compiled again takes the place of the program's object.
$(BUILD)/initrd/tests/test-%: $(BUILD)/initrd/tests/test-%.o $(filter-out %/main.o,$(call objects,$(INITRD_SRC))) $(call objects,$(TESTLIB_SRC)) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(filter-out $(patsubst $@-parts/%,$(BUILD)/%,$(filter $@-parts/%,$^)),$(filter %.o,$^)) $(filter %.a,$^) $(LDFLAGS_ALL) -lcmocka $(LIBS) -o $@
$(BUILD)/tools/tests/test-%: $(BUILD)/tools/tests/test-%.o $(filter-out %/main.o,$(call objects,$(TOOLS_SRC))) $(call objects,$(TESTLIB_SRC)) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(filter %.o,$^) $(filter %.a,$^) $(LDFLAGS_ALL) -lcmocka $(LIBS) -o $@
# They see what is looked into, and when.
$(BUILD)/keys/opening/tests/test-order $(BUILD)/keys/tests/attacks/test-without-fence-first: LDFLAGS_ALL += -Wl,--wrap=es_refusal_words -Wl,--wrap=es_protector_open_kdf
# It lets a TPM count otherwise than predicted.
$(BUILD)/keys/host/tests/test-tpm: LDFLAGS_ALL += -Wl,--wrap=es_tpm_counter_predict
# It says that a file system is FAT.
$(BUILD)/keys/host/tests/test-partition: LDFLAGS_ALL += -Wl,--wrap=statfs
$(BUILD)/keys/%: $(BUILD)/keys/%.o $(call objects,$(TESTLIB_SRC)) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(filter %.o,$^) $(filter %.a,$^) $(LDFLAGS_ALL) -lcmocka $(LIBS) -o $@

# The one path that is compiled in, made anew with another PREFIX.
PREFIX_OBJ := $(BUILD)/tools/image_verbs.o $(BUILD)/tools/image_parts.o
$(PREFIX_OBJ): ALL_CFLAGS += -DES_LIB_DIR='"$(PREFIX)/lib/etcseal"'
$(PREFIX_OBJ): $(BUILD)/prefix
$(BUILD)/prefix: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@
FORCE:

units: all tests
	$(Q).ci/units $(TESTS) .ci/test-deps

# Without root and without a TPM, in seconds.
quick: all tests
	$(Q).ci/quick $(TESTS)

# `make test T=choice`: the programs of that name, as they print it.
test: all $(filter %/test-$(T),$(TESTS))
	$(Q)[ -n "$(filter %/test-$(T),$(TESTS))" ] || { echo "no test is called test-$(T)" >&2; exit 2; }
	$(Q)for t in $(filter %/test-$(T),$(TESTS)); do $$t || exit 1; done

# For editors and clang tools: what make would run, without running it.
compile_commands.json:
	$(Q)$(MAKE) --no-print-directory -Bnk V=1 all tests 2>/dev/null | .ci/compile-commands >$@.new && mv $@.new $@

# Formatting, shell scripts, line length. packages: clang-format, shellcheck
lint:
	$(Q).ci/lint

# The manual page of reasons, out of the table; tools/tests/test-reasons fails where it is stale.
man: $(BUILD)/tools/tests/test-reasons
	$(Q)$< --write

# The rules of ARCHITECTURE.md: of the sources, and that no files need each other in a circle, by what is built of them.
layers: all
	$(Q).ci/layers
	$(Q).ci/circles $(call objects,$(LIB_SRC) $(INITRD_SRC) $(TOOLS_SRC))
	$(Q).ci/circles $(filter-out %/efi/libc.o,$(EFI_OBJ))

# A Debian package of what git knows, in $(BUILD)/deb.
deb:
	$(Q).ci/deb $(BUILD)/deb

# The same bytes twice, from two folders, and nothing for lintian to say.
deb-check:
	$(Q).ci/deb --check $(BUILD)/deb

deps:
	$(Q).ci/deps

clean:
	$(Q)rm -rf $(BUILD)

-include $(patsubst %.o,%.d,$(call objects,$(LIB_SRC) $(INITRD_SRC) $(TOOLS_SRC) $(TESTLIB_SRC) $(TEST_SRC)))
.SECONDARY:
