/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The defences, each with a switch that compiles it out: -DES_TEST_WITHOUT_X makes ES_WITH_X 0. For each attack, `make
 * attack` and test-without-*.c show that it fails, and that it succeeds where only that one defence is missing.
 *
 * A switch leaves a marker in the program. tests-ovmf/attack/run looks for the marker in the programs it tests, and
 * `--version` says TEST BUILD. Every room may include keys/core, so the list is here; keys/tpm/defences.h and
 * efi/defences.h list the defences of their rooms. The comment beside each switch says where it is used, and what
 * happens without the defence.
 */
#ifndef ES_CORE_DEFENCES_H
#define ES_CORE_DEFENCES_H

/* "0," where the switch is defined, otherwise a word that nothing reads; so the second of the arguments below is the
 * right one. */
#define ES_DEFENCE_OUT_           0,
#define ES_DEFENCE_OUT_1          0,
#define ES_DEFENCE(name)          ES_DEFENCE_BY(name, ES_TEST_WITHOUT_##name)
#define ES_DEFENCE_BY(name, flag) ES_DEFENCE_PASTED(name, flag)
#define ES_DEFENCE_PASTED(name, flag)                                                                                  \
	ES_DEFENCE_PICK(ES_DEFENCE_OUT_##flag ES_DEFENCE_OFF(name), ES_DEFENCE_ON(name), 0)
#define ES_DEFENCE_PICK(...)         ES_DEFENCE_SECOND(__VA_ARGS__)
#define ES_DEFENCE_SECOND(a, b, ...) b
#define ES_DEFENCE_ON(name)          enum { ES_WITH_##name = 1 }
#define ES_DEFENCE_OFF(name)                                                                                           \
	enum { ES_WITH_##name = 0 };                                                                                   \
	__attribute__((used, retain)) static const char es_without_##name[] = "ETCSEAL TEST BUILD without " #name

/* clang-format off */
ES_DEFENCE(FENCE);              /* keys/opening/tpm.c: the fence isn't raised */
ES_DEFENCE(FENCE_CHECK);        /* keys/opening/tpm.c: a fence that failed is ignored */
/* keys/opening/opening.c: a refusal is worded, or a key derived by the KDF, before the fence is raised */
ES_DEFENCE(FENCE_FIRST);
/* keys/opening/tpm.c, keys/store/info_parse.c: a bank names the counter that holds its age */
ES_DEFENCE(COUNTER_INDEX);
ES_DEFENCE(SRK_OPTION);         /* keys/opening/tpm.c, judge.c: etcseal.srk= is ignored */
/* keys/choice/choice.c, keys/opening/opening.c: etcseal.key-id= and etcseal.host= are ignored */
ES_DEFENCE(PINS);
/* keys/opening/judge.c: the recovery key opens an old configuration without the owner's consent */
ES_DEFENCE(OLD_CONSENT);
/* keys/opening/opening.c: a missing configuration means a first boot, whatever the TPM has counted */
ES_DEFENCE(GONE_CHECK);
ES_DEFENCE(RESUME_CHECK);       /* initrd/machine.c: a kernel that could resume a hibernated system is ignored */
ES_DEFENCE(MEASURED_CHECK);     /* keys/opening/opening.c: a measurement that the stub reports as failed is ignored */
ES_DEFENCE(LOADER_PCR);         /* keys/choice/choice.c, keys/tpm/object.c: sealed to neither PCR 4 nor PCR 7 */
ES_DEFENCE(DRIVERS_PCR);        /* keys/choice/choice.c: not sealed to PCR 2, where Secure Boot isn't required */
ES_DEFENCE(IMAGE_PCR);          /* keys/choice/choice.c: not sealed to PCR 11 */
ES_DEFENCE(OPTIONS_PCR);        /* keys/choice/choice.c: not sealed to PCR 12 */
ES_DEFENCE(SECURE_BOOT_CHECK);  /* keys/host/secure_boot.c: the firmware's variable SecureBoot is believed */
ES_DEFENCE(COUNTER);            /* keys/choice/choice.c: every generation and every mode counts as fresh */
ES_DEFENCE(ROTATION_KEY);       /* keys/change/rotate.c: a rotation keeps the config key */
ES_DEFENCE(IMAGE_FRESH);        /* keys/choice/vendor.c: the helper doesn't check an image's generation; the TPM does */
ES_DEFENCE(GENERATION);         /* keys/tpm/authorize.c, policy.c, keys/choice/vendor.c: a signed policy's generation isn't part of it */
ES_DEFENCE(KEY_FORM);           /* keys/core/options_recovery.c: a recovery key is found by the name of its option only */
ES_DEFENCE(MAC);                /* keys/protector/bank_open.c: encryption.info's MAC isn't checked */
ES_DEFENCE(PATH_CHECKS);        /* keys/store/path.c: a path leads wherever others make it lead */
ES_DEFENCE(FILE_CAPS);          /* keys/store/file.c: files of any size are read */
/* keys/archive/member.c, make.c: names, links and modes are taken as the archive has them */
ES_DEFENCE(UNPACK_CHECKS);
ES_DEFENCE(UNPACK_CAPS);        /* keys/archive/unpack.c: no limit on the number and size of members */
ES_DEFENCE(SECTION_CHECKS);     /* keys/core/pe.c, uki.c: sections may overlap, appear twice, and be in any order */
ES_DEFENCE(REMOVE_SAME);        /* keys/adopt/remove.c: whatever has an adopted file's name is removed */
ES_DEFENCE(REMOVE_BENEATH);     /* keys/adopt/look.c: a symlink leads the removal elsewhere */
ES_DEFENCE(REMOVE_LINKS);       /* keys/adopt/remove.c: a file that has another name counts as removed */
ES_DEFENCE(MAKE_BENEATH);       /* initrd/root.c: a symlink leads what is made again elsewhere */
ES_DEFENCE(FIRST_COVERED);      /* keys/change/adopt.c: watch adopts below all paths, not only the new ones */
ES_DEFENCE(REMOVE_BOTH_BANKS);  /* keys/opening/unpack.c: files are removed though one bank alone holds them */
ES_DEFENCE(WIPE);               /* keys/core/wipe.c, initrd/handover_in.c, console.c: secrets stay where they were */
ES_DEFENCE(LOCKING);            /* keys/core/harden.c: plaintext may be swapped; keys still may not */
/* clang-format on */

#endif
