# SPDX-License-Identifier: Apache-2.0
# For test-without-x, some files are compiled again without the defence X (keys/core/defences.h), and linked before the
# library.

# test, switch, sources
define without
$(BUILD)/$(1): $(patsubst %.c,$(BUILD)/$(1)-parts/%.o,$(3))
$(patsubst %.c,$(BUILD)/$(1)-parts/%.o,$(3)): $(BUILD)/$(1)-parts/%.o: %.c
	@mkdir -p $$(@D)
	$$(call say,CC,$$< (without $(2)))
	$$(Q)$$(CC) $$(ALL_CFLAGS) -DES_TEST_WITHOUT_$(2) -c $$< -o $$@
-include $(patsubst %.c,$(BUILD)/$(1)-parts/%.d,$(3))
endef

$(eval $(call without,initrd/tests/test-without-make-beneath,MAKE_BENEATH,initrd/root.c))
$(eval $(call without,keys/adopt/tests/test-without-remove-beneath,REMOVE_BENEATH,keys/adopt/look.c))
$(eval $(call without,keys/adopt/tests/test-without-remove-links,REMOVE_LINKS,keys/adopt/remove.c))
$(eval $(call without,keys/adopt/tests/test-without-remove-same,REMOVE_SAME,keys/adopt/remove.c))
$(eval $(call without,keys/change/tests/test-without-first-covered,FIRST_COVERED,keys/change/adopt.c))
$(eval $(call without,keys/change/tests/test-without-remove-both-banks,REMOVE_BOTH_BANKS,keys/opening/unpack.c))
$(eval $(call without,keys/core/tests/test-without-key-form,KEY_FORM,keys/core/options_recovery.c))
$(eval $(call without,keys/tests/attacks/test-without-counter-index,COUNTER_INDEX,keys/opening/tpm.c keys/store/info_parse.c))
$(eval $(call without,keys/tests/attacks/test-without-counter,COUNTER,keys/choice/choice.c))
$(eval $(call without,keys/tests/attacks/test-without-drivers-pcr,DRIVERS_PCR,keys/choice/choice.c))
$(eval $(call without,keys/tests/attacks/test-without-fence-check,FENCE_CHECK,keys/opening/tpm.c))
$(eval $(call without,keys/tests/attacks/test-without-fence-first,FENCE_FIRST,keys/opening/opening.c))
$(eval $(call without,keys/tests/attacks/test-without-fence,FENCE,keys/opening/tpm.c))
$(eval $(call without,keys/tests/attacks/test-without-file-caps,FILE_CAPS,keys/store/file.c))
$(eval $(call without,keys/tests/attacks/test-without-gone-check,GONE_CHECK,keys/opening/opening.c))
$(eval $(call without,keys/tests/attacks/test-without-image-pcr,IMAGE_PCR,keys/choice/choice.c))
$(eval $(call without,keys/tests/attacks/test-without-loader-pcr,LOADER_PCR,keys/choice/choice.c keys/tpm/object.c))
$(eval $(call without,keys/tests/attacks/test-without-mac,MAC,keys/protector/bank_open.c))
$(eval $(call without,keys/tests/attacks/test-without-measured-check,MEASURED_CHECK,keys/opening/opening.c))
$(eval $(call without,keys/tests/attacks/test-without-old-consent,OLD_CONSENT,keys/opening/judge.c))
$(eval $(call without,keys/tests/attacks/test-without-options-pcr,OPTIONS_PCR,keys/choice/choice.c))
$(eval $(call without,keys/tests/attacks/test-without-param-encryption,PARAM_ENCRYPTION,keys/tpm/session.c))
$(eval $(call without,keys/tests/attacks/test-without-pins,PINS,keys/choice/choice.c keys/opening/opening.c))
$(eval $(call without,keys/tests/attacks/test-without-rotation-key,ROTATION_KEY,keys/change/rotate.c))
$(eval $(call without,keys/tests/attacks/test-without-secure-boot-check,SECURE_BOOT_CHECK,keys/host/secure_boot.c))
$(eval $(call without,keys/tests/attacks/test-without-srk-option,SRK_OPTION,keys/opening/tpm.c keys/opening/judge.c))
$(eval $(call without,keys/tests/attacks/test-without-srk-pin,SRK_PIN,keys/tpm/srk.c))
$(eval $(call without,keys/tests/attacks/test-without-unpack-caps,UNPACK_CAPS,keys/archive/unpack.c))
$(eval $(call without,keys/tests/attacks/test-without-unpack-checks,UNPACK_CHECKS,keys/archive/member.c keys/archive/make.c))
$(eval $(call without,keys/tpm/tests/test-without-generation,GENERATION,keys/tpm/authorize.c keys/tpm/policy.c))
$(eval $(call without,keys/tpm/tests/test-without-noda,NODA,keys/tpm/template.c))
$(eval $(call without,keys/tpm/tests/test-without-param-encryption,PARAM_ENCRYPTION,keys/tpm/session.c))
$(eval $(call without,keys/tpm/tests/test-without-response-hmac,RESPONSE_HMAC,keys/tpm/session.c))
$(eval $(call without,keys/tpm/tests/test-without-scrub,SCRUB,keys/tpm/scrub.c))
$(eval $(call without,keys/tpm/tests/test-without-srk-pin,SRK_PIN,keys/tpm/srk.c))
$(eval $(call without,keys/tpm/tests/test-without-unset-pcr-refusal,UNSET_PCR_REFUSAL,keys/tpm/object.c))
$(eval $(call without,keys/tpm/tests/test-without-vendor-key,VENDOR_KEY,keys/tpm/authorize.c keys/tpm/policy.c))
$(eval $(call without,tools/tests/test-without-locking,LOCKING,keys/core/harden.c))
$(eval $(call without,tools/tests/test-without-path-checks,PATH_CHECKS,keys/store/path.c))
$(eval $(call without,tools/tests/test-without-wipe,WIPE,keys/core/wipe.c))
