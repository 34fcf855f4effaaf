# SPDX-License-Identifier: Apache-2.0
# The UEFI stub, and its tests on the host. keys/core's pure code is compiled a second time, with firmware's flags.
# Another architecture needs its own three lines here, and gnu-efi's crt0 for it.

EFI_ARCH := x64
EFI_GNU := x86_64
EFI_ARCH_FLAGS := -mno-red-zone -mgeneral-regs-only -DGNU_EFI_USE_MS_ABI
EFI_OBJCOPY_TARGET := efi-app-x86_64
EFI_LIB := /usr/lib
EFI_INCLUDE := -isystem /usr/include/efi -isystem /usr/include/efi/$(EFI_GNU)

EFI_SRC := $(call sources,efi)
EFI_CORE := $(patsubst %,keys/core/%.c,span wipe hex utf8 utf16 recovery_text recovery_digits recovery_find recovery_like recovery_code options options_recovery cpio handover pe uki smbios firmware_options)
EFI_OBJ := $(patsubst %.c,$(BUILD)/stub-$(EFI_ARCH)/%.o,$(EFI_SRC) $(EFI_CORE))
EFI_FLAGS := -std=gnu11 -DES_VERSION_TEXT='"$(VERSION)"' $(filter -DES_TEST_%,$(EXTRA_CFLAGS)) $(WARN) -O2 -g -I. $(EFI_INCLUDE) $(EFI_ARCH_FLAGS) \
	-ffreestanding -fpic -fvisibility=hidden -fshort-wchar -fno-stack-protector -fcf-protection=none \
	-fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -fno-strict-aliasing -U_FORTIFY_SOURCE -MMD -MP $(EFI_CFLAGS)
STUB := $(BUILD)/etcseal-stub-$(EFI_ARCH).efi

all: $(STUB)

EFI_STAMP := $(call stamp,$(BUILD)/stub-$(EFI_ARCH)/flags,$(CC) $(EFI_FLAGS))
$(BUILD)/stub-$(EFI_ARCH)/%.o: %.c $(EFI_STAMP)
	@mkdir -p $(@D)
	$(call say,CC,$< (firmware))
	$(Q)$(CC) $(EFI_FLAGS) -c $< -o $@

$(BUILD)/stub-$(EFI_ARCH)/stub.so: $(EFI_OBJ) efi/stub.lds efi/rules.mk
	$(call say,LD,$@)
	$(Q)ld -nostdlib -shared -Bsymbolic --no-undefined -znocombreloc -znoexecstack --build-id=none -T efi/stub.lds \
		$(EFI_LIB)/crt0-efi-$(EFI_GNU).o $(EFI_OBJ) -L$(EFI_LIB) -lgnuefi -o $@

# objcopy has no option for "NX compatible": DllCharacteristics is at 24 + 70 behind the PE signature, which it puts at 0x80.
$(STUB): $(BUILD)/stub-$(EFI_ARCH)/stub.so
	$(call say,PE,$@)
	$(Q)objcopy -S --target $(EFI_OBJCOPY_TARGET) --subsystem 10 --section-alignment 4096 --file-alignment 512 \
		-j .text -j .reloc -j .rodata -j .rela -j .dynamic -j .data -j .sbat -j .sdmagic $< $@.new
	$(Q)printf "\\000\\001" | dd of=$@.new bs=1 seek=$$((0x80 + 24 + 70)) conv=notrunc status=none
	$(Q)objdump -p $@.new | grep -q NX_COMPAT && mv $@.new $@

-include $(EFI_OBJ:.o=.d)

# Tests on the host: the stub's objects but main.c and libc.c, over a firmware that efi/tests/lib makes up.
EFI_HOST_OBJ := $(call objects,$(filter-out efi/main.c efi/libc.c,$(EFI_SRC)) $(wildcard efi/tests/lib/*.c))
EFI_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard efi/tests/test-*.c))
TESTS += $(EFI_TESTS)
tests: $(EFI_TESTS)

$(BUILD)/efi/%.o: ALL_CFLAGS += $(EFI_INCLUDE) -DGNU_EFI_USE_MS_ABI
$(BUILD)/efi/tests/test-%: $(BUILD)/efi/tests/test-%.o $(EFI_HOST_OBJ) $(call objects,$(TESTLIB_SRC)) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(filter %.o,$^) $(filter %.a,$^) $(LDFLAGS_ALL) -lcmocka $(LIBS) -o $@

$(BUILD)/efi/tests/test-main $(BUILD)/efi/tests/test-main_return $(BUILD)/efi/tests/test-predicted: $(BUILD)/efi/main.o

# Fuzzers: .ci/fuzz.mk builds and runs them; here is what they need besides keys/.
EFI_FUZZ := $(wildcard efi/tests/fuzz-*.c)
EFI_FUZZ_PARTS := $(filter-out efi/main.c efi/libc.c,$(EFI_SRC)) efi/tests/lib/mock.c
EFI_FUZZ_OBJ := $(foreach b,$(BUILD)/fuzz $(BUILD)/fuzz/cover,$(patsubst %.c,$(b)/%.o,$(EFI_FUZZ_PARTS)))
FUZZ_SRC += $(EFI_FUZZ)
$(BUILD)/fuzz/efi/%.o: FUZZ_FLAGS += $(EFI_INCLUDE) -DGNU_EFI_USE_MS_ABI
$(BUILD)/fuzz/cover/efi/%.o: COVER_FLAGS += $(EFI_INCLUDE) -DGNU_EFI_USE_MS_ABI
$(patsubst %.c,$(BUILD)/fuzz/%,$(EFI_FUZZ)): $(patsubst %.c,$(BUILD)/fuzz/%.o,$(EFI_FUZZ_PARTS))
$(patsubst %.c,$(BUILD)/fuzz/cover/%,$(EFI_FUZZ)): $(patsubst %.c,$(BUILD)/fuzz/cover/%.o,$(EFI_FUZZ_PARTS))

-include $(EFI_HOST_OBJ:.o=.d) $(BUILD)/efi/main.d $(EFI_TESTS:=.d) $(EFI_FUZZ_OBJ:.o=.d)
