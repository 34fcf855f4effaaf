/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The defences, and what takes each of them away: for `make attack`, which shows of each attack that it fails, and that it
 * would succeed were it not for the one defence. Never set in a build of ours: tests-ovmf/attack/run looks for the marker
 * below in what it tests, and `--version` says TEST BUILD. keys/tpm/defences.h and efi/without.h have those of their sides; it
 * stands in keys/core because every layer may include that.
 *
 *   ES_TEST_WITHOUT_FENCE             keys/opening/tpm.c  the fence isn't raised
 *   ES_TEST_WITHOUT_FENCE_CHECK       keys/opening/tpm.c  a fence that failed is shrugged off
 *   ES_TEST_WITHOUT_FENCE_FIRST       keys/opening/opening.c      a refusal is worded, and a key derived by the KDF, before the fence
 *   ES_TEST_WITHOUT_COUNTER_INDEX     keys/opening/tpm.c, keys/store/info_parse.c   a bank says which counter tells its age
 *   ES_TEST_WITHOUT_SRK_OPTION        keys/opening/tpm.c, judge.c   etcseal.srk= isn't heeded
 *   ES_TEST_WITHOUT_PINS              keys/choice/choice.c       nor are etcseal.key-id= and etcseal.host=
 *   ES_TEST_WITHOUT_OLD_CONSENT       keys/opening/judge.c   the recovery key opens an old configuration without a word
 *   ES_TEST_WITHOUT_GONE_CHECK        keys/opening/opening.c      no configuration counts as a first boot, whatever the TPM says
 *   ES_TEST_WITHOUT_RESUME_CHECK      initrd/machine.c      a kernel that could resume a hibernation image is shrugged off
 *   ES_TEST_WITHOUT_MEASURED_CHECK    keys/opening/opening.c      a measurement that the stub reports as failed is shrugged off
 *   ES_TEST_WITHOUT_LOADER_PCR        keys/choice/choice.c, keys/tpm/object.c   sealed to neither PCR 4 nor PCR 7
 *   ES_TEST_WITHOUT_DRIVERS_PCR       keys/choice/choice.c       not sealed to PCR 2, where Secure Boot isn't required
 *   ES_TEST_WITHOUT_IMAGE_PCR         keys/choice/choice.c       not sealed to PCR 11
 *   ES_TEST_WITHOUT_OPTIONS_PCR       keys/choice/choice.c       not sealed to PCR 12
 *   ES_TEST_WITHOUT_SECURE_BOOT_CHECK keys/host/secure_boot.c   the firmware's variable SecureBoot is the whole truth
 *   ES_TEST_WITHOUT_COUNTER           keys/choice/choice.c       every generation and every mode counts as fresh
 *   ES_TEST_WITHOUT_ROTATION_KEY      keys/change/rotate.c       a rotation keeps the config key
 *   ES_TEST_WITHOUT_IMAGE_FRESH       keys/choice/vendor.c       the helper doesn't look at an image's generation; the TPM does
 *   ES_TEST_WITHOUT_GENERATION        keys/tpm/authorize.c, keys/choice/vendor.c   a signed policy's generation isn't part of it
 *   ES_TEST_WITHOUT_KEY_FORM          keys/core/options_recovery.c   a recovery key is found by the name of its option, as it is spelt
 *   ES_TEST_WITHOUT_MAC               keys/protector/bank_open.c    encryption.info's MAC isn't looked at
 *   ES_TEST_WITHOUT_PATH_CHECKS       keys/store/path.c   a path that is named leads where others let it lead
 *   ES_TEST_WITHOUT_FILE_CAPS         keys/store/file.c   files of any size are read
 *   ES_TEST_WITHOUT_UNPACK_CHECKS     keys/archive/member.c, make.c   names, links and modes as the archive has them
 *   ES_TEST_WITHOUT_UNPACK_CAPS       keys/archive/unpack.c   as many members, and as large, as the archive has
 *   ES_TEST_WITHOUT_SECTION_CHECKS    keys/core/pe.c, uki.c   sections may overlap, come twice, in any order
 *   ES_TEST_WITHOUT_WIPE              keys/core/wipe.c, initrd/handover_in.c, console.c   secrets stay where they were
 *   ES_TEST_WITHOUT_LOCKING           keys/core/harden.c  plaintext may be swapped; keys may not
 */
#ifndef ES_CORE_DEFENCES_H
#define ES_CORE_DEFENCES_H

/* Found by strings(1) in a program that any of them is compiled into. */
#define ES_WITHOUT_MARKER(name)                                                                                        \
	__attribute__((used, retain)) static const char es_without_marker[] = "ETCSEAL TEST BUILD without " name

#ifdef ES_TEST_WITHOUT_FENCE
enum { ES_WITH_FENCE = 0 };
ES_WITHOUT_MARKER("FENCE");
#else
enum { ES_WITH_FENCE = 1 };
#endif

#ifdef ES_TEST_WITHOUT_FENCE_CHECK
enum { ES_WITH_FENCE_CHECK = 0 };
ES_WITHOUT_MARKER("FENCE_CHECK");
#else
enum { ES_WITH_FENCE_CHECK = 1 };
#endif

#ifdef ES_TEST_WITHOUT_FENCE_FIRST
enum { ES_WITH_FENCE_FIRST = 0 };
ES_WITHOUT_MARKER("FENCE_FIRST");
#else
enum { ES_WITH_FENCE_FIRST = 1 };
#endif

#ifdef ES_TEST_WITHOUT_COUNTER_INDEX
enum { ES_WITH_COUNTER_INDEX = 0 };
ES_WITHOUT_MARKER("COUNTER_INDEX");
#else
enum { ES_WITH_COUNTER_INDEX = 1 };
#endif

#ifdef ES_TEST_WITHOUT_SRK_OPTION
enum { ES_WITH_SRK_OPTION = 0 };
ES_WITHOUT_MARKER("SRK_OPTION");
#else
enum { ES_WITH_SRK_OPTION = 1 };
#endif

#ifdef ES_TEST_WITHOUT_PINS
enum { ES_WITH_PINS = 0 };
ES_WITHOUT_MARKER("PINS");
#else
enum { ES_WITH_PINS = 1 };
#endif

#ifdef ES_TEST_WITHOUT_OLD_CONSENT
enum { ES_WITH_OLD_CONSENT = 0 };
ES_WITHOUT_MARKER("OLD_CONSENT");
#else
enum { ES_WITH_OLD_CONSENT = 1 };
#endif

#ifdef ES_TEST_WITHOUT_GONE_CHECK
enum { ES_WITH_GONE_CHECK = 0 };
ES_WITHOUT_MARKER("GONE_CHECK");
#else
enum { ES_WITH_GONE_CHECK = 1 };
#endif

#ifdef ES_TEST_WITHOUT_RESUME_CHECK
enum { ES_WITH_RESUME_CHECK = 0 };
ES_WITHOUT_MARKER("RESUME_CHECK");
#else
enum { ES_WITH_RESUME_CHECK = 1 };
#endif

#ifdef ES_TEST_WITHOUT_MEASURED_CHECK
enum { ES_WITH_MEASURED_CHECK = 0 };
ES_WITHOUT_MARKER("MEASURED_CHECK");
#else
enum { ES_WITH_MEASURED_CHECK = 1 };
#endif

#ifdef ES_TEST_WITHOUT_LOADER_PCR
enum { ES_WITH_LOADER_PCR = 0 };
ES_WITHOUT_MARKER("LOADER_PCR");
#else
enum { ES_WITH_LOADER_PCR = 1 };
#endif

#ifdef ES_TEST_WITHOUT_DRIVERS_PCR
enum { ES_WITH_DRIVERS_PCR = 0 };
ES_WITHOUT_MARKER("DRIVERS_PCR");
#else
enum { ES_WITH_DRIVERS_PCR = 1 };
#endif

#ifdef ES_TEST_WITHOUT_IMAGE_PCR
enum { ES_WITH_IMAGE_PCR = 0 };
ES_WITHOUT_MARKER("IMAGE_PCR");
#else
enum { ES_WITH_IMAGE_PCR = 1 };
#endif

#ifdef ES_TEST_WITHOUT_OPTIONS_PCR
enum { ES_WITH_OPTIONS_PCR = 0 };
ES_WITHOUT_MARKER("OPTIONS_PCR");
#else
enum { ES_WITH_OPTIONS_PCR = 1 };
#endif

#ifdef ES_TEST_WITHOUT_SECURE_BOOT_CHECK
enum { ES_WITH_SECURE_BOOT_CHECK = 0 };
ES_WITHOUT_MARKER("SECURE_BOOT_CHECK");
#else
enum { ES_WITH_SECURE_BOOT_CHECK = 1 };
#endif

#ifdef ES_TEST_WITHOUT_COUNTER
enum { ES_WITH_COUNTER = 0 };
ES_WITHOUT_MARKER("COUNTER");
#else
enum { ES_WITH_COUNTER = 1 };
#endif

#ifdef ES_TEST_WITHOUT_ROTATION_KEY
enum { ES_WITH_ROTATION_KEY = 0 };
ES_WITHOUT_MARKER("ROTATION_KEY");
#else
enum { ES_WITH_ROTATION_KEY = 1 };
#endif

#ifdef ES_TEST_WITHOUT_IMAGE_FRESH
enum { ES_WITH_IMAGE_FRESH = 0 };
ES_WITHOUT_MARKER("IMAGE_FRESH");
#else
enum { ES_WITH_IMAGE_FRESH = 1 };
#endif

#ifdef ES_TEST_WITHOUT_GENERATION
enum { ES_WITH_GENERATION = 0 };
ES_WITHOUT_MARKER("GENERATION");
#else
enum { ES_WITH_GENERATION = 1 };
#endif

#ifdef ES_TEST_WITHOUT_KEY_FORM
enum { ES_WITH_KEY_FORM = 0 };
ES_WITHOUT_MARKER("KEY_FORM");
#else
enum { ES_WITH_KEY_FORM = 1 };
#endif

#ifdef ES_TEST_WITHOUT_MAC
enum { ES_WITH_MAC = 0 };
ES_WITHOUT_MARKER("MAC");
#else
enum { ES_WITH_MAC = 1 };
#endif

#ifdef ES_TEST_WITHOUT_PATH_CHECKS
enum { ES_WITH_PATH_CHECKS = 0 };
ES_WITHOUT_MARKER("PATH_CHECKS");
#else
enum { ES_WITH_PATH_CHECKS = 1 };
#endif

#ifdef ES_TEST_WITHOUT_FILE_CAPS
enum { ES_WITH_FILE_CAPS = 0 };
ES_WITHOUT_MARKER("FILE_CAPS");
#else
enum { ES_WITH_FILE_CAPS = 1 };
#endif

#ifdef ES_TEST_WITHOUT_UNPACK_CHECKS
enum { ES_WITH_UNPACK_CHECKS = 0 };
ES_WITHOUT_MARKER("UNPACK_CHECKS");
#else
enum { ES_WITH_UNPACK_CHECKS = 1 };
#endif

#ifdef ES_TEST_WITHOUT_UNPACK_CAPS
enum { ES_WITH_UNPACK_CAPS = 0 };
ES_WITHOUT_MARKER("UNPACK_CAPS");
#else
enum { ES_WITH_UNPACK_CAPS = 1 };
#endif

#ifdef ES_TEST_WITHOUT_SECTION_CHECKS
enum { ES_WITH_SECTION_CHECKS = 0 };
ES_WITHOUT_MARKER("SECTION_CHECKS");
#else
enum { ES_WITH_SECTION_CHECKS = 1 };
#endif

#ifdef ES_TEST_WITHOUT_WIPE
enum { ES_WITH_WIPE = 0 };
ES_WITHOUT_MARKER("WIPE");
#else
enum { ES_WITH_WIPE = 1 };
#endif

#ifdef ES_TEST_WITHOUT_LOCKING
enum { ES_WITH_LOCKING = 0 };
ES_WITHOUT_MARKER("LOCKING");
#else
enum { ES_WITH_LOCKING = 1 };
#endif

#endif
