/* SPDX-License-Identifier: Apache-2.0 */
/* Every name that goes into a derivation or a measurement. Changing one makes a new format version. FORMAT.md. */
#ifndef ES_CORE_LABELS_H
#define ES_CORE_LABELS_H

/* HKDF-SHA256 info strings, without a NUL. Derived from the config key, without a salt: */
#define ES_LABEL_KEY_ID      "etcseal/v1/key-id"          /* ES_KEY_ID_LEN bytes: key_id in encryption.info */
#define ES_LABEL_INFO_MAC    "etcseal/v1/encryption.info" /* HMAC-SHA256 key */
#define ES_LABEL_ARCHIVE     "etcseal/v1/config.cms"      /* AES-256 wrap key of the CMS recipient */
#define ES_LABEL_ESCROW      "etcseal/v1/recovery-escrow" /* AES-256-GCM key */
#define ES_LABEL_PREDECESSOR "etcseal/v1/predecessor"     /* AES-256 wrap key of an earlier config key */
/* Derived from a protector's secret, with the protector's salt (tpm: none): AES-256 wrap key of the config key */
#define ES_LABEL_WRAP_TPM      "etcseal/v1/wrap/tpm"
#define ES_LABEL_WRAP_KDF      "etcseal/v1/wrap/kdf"
#define ES_LABEL_WRAP_RECOVERY "etcseal/v1/wrap/recovery"

enum { ES_KEY_ID_LEN = 8 };

/* What the hash of a tree starts with, without a NUL. */
#define ES_LABEL_TREE "etcseal/v1/tree"

/* What TPM2_PCR_Event hashes into PCR 11, without a NUL. It puts the key out of reach for the rest of the boot. */
#define ES_FENCE_EVENT "etcseal/v1/fence"
/* What the stub measures into PCR 12 in place of the key in a recovery boot, without a NUL. */
#define ES_RECOVERY_EVENT "etcseal/v1/recovery-boot"
/* What the stub measures into PCR 12 for each option that firmware hands to the booted system: this label with its NUL,
 * then NAME-GUID, a NUL and the value; or the string. The event's data is exactly what was hashed. */
#define ES_EFI_VARIABLE_EVENT  "etcseal/v1/efi-variable"
#define ES_SMBIOS_STRING_EVENT "etcseal/v1/smbios-string"
/* What the stub measures into PCRs 11 and 12, without a NUL: something couldn't be measured; control returns to the
 * firmware. */
#define ES_UNMEASURED_EVENT "etcseal/v1/measuring-failed"
#define ES_RETURNED_EVENT   "etcseal/v1/returned-to-firmware"

/* In the stub's .sdmagic: it measures what firmware hands over. The stub of 0.1.0 doesn't have it. */
#define ES_STUB_MEASURES_FIRMWARE "#### etcseal: measures-firmware-options/1 ####"

/* Our NV indices in the TPM, in the owner range (0x01800000 to 0x01bfffff). They are part of the formats. No file names
 * them, since a file could then name others. */
enum {
	ES_COUNTER_INDEX = 0x0180e5ea,    /* the rollback counter */
	ES_GENERATION_INDEX = 0x0180e5eb, /* the generation counter of boot images */
	ES_PROBE_INDEX = 0x0180e5ec,      /* exists only briefly, in es_tpm_counter_predict */
};

/* Boot options. */
#define ES_OPTION_RECOVERY      "etcseal.recovery"
#define ES_OPTION_RECOVERY_ESXI "encryptionRecoveryKey"
#define ES_OPTION_DEVICE        "etcseal.device"
#define ES_OPTION_SRK           "etcseal.srk"
#define ES_OPTION_KEY_ID        "etcseal.key-id"
#define ES_OPTION_HOST          "etcseal.host"
#define ES_OPTION_FIRST_BOOT    "etcseal.first-boot"

/* Files of a bank, and their size limits in bytes. */
#define ES_BANK_FOLDER  "etcseal"
#define ES_INFO_NAME    "encryption.info"
#define ES_ARCHIVE_NAME "config.cms"
#define ES_LOG_NAME     "measured.log"
enum {
	ES_BANK_COUNT = 2,
	ES_INFO_MAX = 64 << 10,
	ES_ARCHIVE_MAX = 64 << 20,
	ES_LOG_MAX = 256 << 10,
};

/* Where the stub's cpio is unpacked in the initramfs, and where the helper leaves its results. */
#define ES_HANDOVER_DIR     "/.extra/etcseal"
#define ES_RUN_DIR          "/run/etcseal"
#define ES_BOOT_RECORD_NAME "boot.json"
/* In the same folder, from the image's sections .pcrpkey and .pcrsig, if it has them. */
#define ES_RUN_PUBLIC_KEY_NAME "pcr-public-key.pem"
#define ES_RUN_SIGNATURE_NAME  "pcr-signature.json"

/* In the same folder: the root file system, read-only, without what covers it; and, in ram/, the list of adopted
 * files. */
#define ES_BELOW_NAME   "below"
#define ES_ADOPTED_NAME "adopted"
/* The mounts beneath the root file system that were there when `etcseal-boot apply` laid its own (keys/store/mounts.h).
 */
#define ES_MOUNTS_NAME "mounts"
/* What it mounted: "8:1 2 /etc", device and inode of each. */
#define ES_APPLIED_NAME "applied"
/* The paths that this start is the first to cover, a line each. */
#define ES_FIRST_COVERED_NAME "first-covered"

/* The covered path unless another is given. */
#define ES_COVERED_DEFAULT "/etc"

#endif
