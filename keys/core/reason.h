/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error convention of keys/: a function that can fail returns a reason; ES_OK is zero. keys/ prints nothing
 * and ends no process. Callers word a reason with es_reason_words() and what they know besides.
 */
#ifndef ES_CORE_REASON_H
#define ES_CORE_REASON_H

enum es_reason {
	ES_OK = 0,

	/* the ground */
	ES_MEMORY,      /* out of memory, or memory that can't be locked */
	ES_IO,          /* a read or write failed */
	ES_NO_SPACE,    /* the disk is full */
	ES_READ_ONLY,   /* the file system can't be written */
	ES_PERMISSION,  /* not root, or refused by the kernel */
	ES_MISSING,     /* a file or device that was asked for isn't there */
	ES_CRYPTO,      /* the crypto library failed where it can't */
	ES_BAD_TAG,     /* doesn't authenticate under this key; the facade knows what that means where */
	ES_ARGUMENT,    /* the caller asked for something that makes no sense */
	ES_BUSY,        /* another command was changing the same for too long */
	ES_UNSAFE_PATH, /* a path that is to be trusted, and that others can lead elsewhere */

	/* what was read */
	ES_FORMAT,    /* not of its format: truncated, garbage, out of bounds */
	ES_TOO_LARGE, /* over the cap of its format */
	ES_VERSION,   /* a version, type or algorithm this release doesn't know */
	ES_UNSAFE,    /* well-formed, authentic, and still refused: escapes the tree, a device, setuid */

	/* the same of what isn't etcseal's own: keys/core/subject.h */
	ES_LOG_MISSING, /* the firmware's event log */
	ES_LOG_FORMAT,
	ES_LOG_TOO_LARGE,
	ES_LOG_KIND, /* without SHA-256 digests */
	ES_FIRMWARE_UNREADABLE,
	ES_KEY_FORMAT,
	ES_KEY_KIND,          /* not of an algorithm or length that serves */
	ES_KEY_PASSPHRASE,    /* under one, which can't be given here */
	ES_KEY_MISMATCH,      /* a key and a certificate that don't belong together */
	ES_POLICY_UNREADABLE, /* the signed policy that comes with an image */
	ES_FILE_KIND,         /* a file that was named isn't what it is named for */
	ES_FILE_TOO_LARGE,
	ES_KEYRING_FOREIGN, /* the kernel keyring's key of our name isn't ours */
	ES_PROGRAM_MISSING, /* a program that we start isn't installed */
	ES_PROGRAM_FAILED,  /* it didn't do what it was started for */
	ES_NOT_INSTALLED,   /* a file of etcseal's own package isn't there */
	ES_COVERED_KIND, /* a path that is covered is neither folder nor file, or is beneath something else than a folder */
	ES_CONTENT_ELSEWHERE, /* overlayfs keeps a file's content in a lower layer */
	ES_BOOTED_NOT_FOUND,  /* the image that was started can't be told, or isn't there */

	/* the state of the host */
	ES_NOT_CONFIGURED,
	ES_ALREADY_CONFIGURED,
	ES_BANKS_DAMAGED,        /* there are banks, and none holds together */
	ES_CONFIG_GONE,          /* the TPM or the image knows of a configuration, and there is no bank */
	ES_NOT_UNLOCKED,         /* the running host has no config key */
	ES_NOT_BOOTED,           /* this system wasn't started through the boot helper */
	ES_NO_BOOT_PARTITION,    /* nowhere to keep a bank */
	ES_OTHER_BOOT_PARTITION, /* what is mounted isn't what the image came from */
	ES_NOT_MET,              /* a requirement that isn't true now can't be set */
	ES_NOT_VOUCHED,          /* Secure Boot is on, but it isn't shown that it vouched for the image that runs */

	/* refusals */
	ES_LOCKED_PCR,          /* the measured boot isn't the one it was sealed to */
	ES_LOCKED_MACHINE,      /* kdf: another machine */
	ES_LOCKED_NO_PROTECTOR, /* nothing in encryption.info fits this mode */
	ES_RESUME_POSSIBLE,     /* the kernel could resume a hibernation image that somebody planted */
	ES_RECOVERY_FORM,       /* the recovery key is mistyped: a group is named */
	ES_RECOVERY_TWO,        /* two recovery keys, and they differ */
	ES_RECOVERY_FILE,       /* a file that is too large to look for a recovery key in */
	ES_RECOVERY_WRONG,      /* well-formed, but not this host's */
	ES_TAMPERED_INFO,       /* encryption.info: MAC */
	ES_TAMPERED_ARCHIVE,    /* config.cms: hash or tag */
	ES_ROLLED_BACK,         /* older than the TPM's counter */
	ES_COUNTER_MISSING,     /* the TPM has no rollback counter */
	ES_COUNTER_UNCOUNTED,   /* it was made and never counted: a first sealing was cut short */
	ES_DOWNGRADE,           /* a kdf bank on a TPM that has our counter */
	ES_OTHER_KEY,           /* under another key than the boot image accepts (etcseal.key-id=) */
	ES_OTHER_HOST,          /* of another host than the boot image is for (etcseal.host=) */
	ES_BAD_PINS,            /* such an option of the boot image can't be read */
	ES_ONE_BANK,            /* one of the two; the other serves */
	ES_IMAGE_OLD,           /* the image's signed policy has a lower generation than the TPM's counter */
	ES_IMAGE_AHEAD,         /* … one so high that the TPM can't be counted up to it */
	ES_IMAGE_SIGNATURE,     /* the signature of its policy isn't the vendor's */

	/* what a boot image is made of */
	ES_PART_STUB,        /* not a stub that starts a kernel */
	ES_PART_KERNEL,      /* not a kernel that firmware starts */
	ES_PART_INITRD,      /* not an initramfs that the kernel unpacks */
	ES_PART_KIND,        /* another part that isn't what its option is for */
	ES_PART_MACHINE,     /* kernel and stub are for two types of machine */
	ES_PART_UNSUPPORTED, /* for a type of machine that has no images here */
	ES_PART_SIGNED,      /* signed already */
	ES_IMAGE_KIND,       /* not a boot image */
	ES_IMAGE_TOO_LARGE,
	ES_NOT_A_FILE, /* a folder or a device where a file is needed */
	ES_EMPTY_FILE,

	/* the TPM */
	ES_TPM_ABSENT,
	ES_TPM_VERSION,       /* a TPM 1.2 */
	ES_TPM_NO_SHA256,     /* no active SHA-256 bank */
	ES_TPM_UNSET_PCR,     /* a PCR that must be measured into is all zeros or all ones */
	ES_TPM_CLEARED,       /* our SRK is gone */
	ES_TPM_OTHER,         /* there is an SRK, and it isn't ours */
	ES_TPM_LOCKOUT,       /* dictionary attack lockout */
	ES_TPM_POLICY,        /* policy failed though the PCRs fit */
	ES_TPM_AUTH,          /* an owner password is set that we don't have */
	ES_TPM_FULL,          /* no NV room */
	ES_TPM_BUSY,          /* still asking for retries after the bound */
	ES_TPM_TIMEOUT,       /* didn't answer in time */
	ES_TPM_FORGED,        /* an answer whose HMAC is wrong: something between us and the TPM */
	ES_TPM_HARDWARE,      /* the connection broke, or what came over it isn't an answer */
	ES_TPM_HIERARCHY,     /* the storage hierarchy is switched off: firmware's setup does that */
	ES_TPM_SRK_AUTH,      /* the key at the storage key's handle has a password */
	ES_TPM_HANDLE_TAKEN,  /* that handle holds a key that can't serve as one; nothing of ours is there */
	ES_TPM_INDEX_TAKEN,   /* an NV index of ours is used by something else */
	ES_TPM_NO_HANDLE,     /* a key or index that was asked for isn't there; keys/tpm knows what that means where */
	ES_TPM_SLOTS,         /* no room for another loaded key or session */
	ES_TPM_NV_RATE,       /* the TPM writes its memory no faster */
	ES_TPM_NV_LOCKED,     /* an index is locked until the next start */
	ES_TPM_PCRS_CHANGING, /* PCRs changed between policy and use, for as long as we tried */
	ES_TPM_FAILURE_MODE,  /* its self-test failed */
	ES_TPM_NOT_STARTED,   /* nobody has sent it TPM2_Startup */
	ES_TPM_UPGRADING,     /* its firmware is half replaced */
	ES_TPM_RESTART,       /* it wants the host to be restarted */
	ES_TPM_COMMAND,       /* it lacks a command, or has it switched off */
	ES_TPM_REFUSED,       /* it doesn't accept a parameter: an algorithm, size or attribute */
	ES_TPM_UNEXPECTED,    /* a response code that we never foresaw */
	ES_TPM_NO_MANAGER,    /* the kernel has a TPM 2.0, and no /dev/tpmrm0 */
	ES_TPM_IN_USE,        /* another program has the device, and the kernel lets in only one */
	ES_TPM_DENIED,        /* the kernel refuses us the device */
	ES_SEAL_DAMAGED,      /* what encryption.info holds for the TPM isn't what this TPM sealed */

	/* the boot */
	ES_FENCE_FAILED,
	ES_FENCE_UNVOUCHED, /* up, but not confirmed by the TPM that the boot image names (etcseal.srk=) */
	ES_MEASURE_FAILED,  /* the stub couldn't measure though there is a TPM */
	ES_LOG_MISMATCH,    /* the event log doesn't replay to the TPM's values */
	ES_NEXT_UNKNOWN,    /* what the next boot will measure can't be told */
	ES_NEXT_LOCKED,     /* the next boot won't open by itself */
	ES_NEXT_REFUSED,    /* the firmware or shim won't start the next image at all */
	ES_NEXT_REQUEST,    /* shim is asked to do something at the next boot */

	ES_REASON_COUNT
};

/* Exit codes of every etcseal program. FORMAT.md, "Exit codes". */
enum es_exit {
	ES_EXIT_DONE = 0,
	ES_EXIT_FAILED = 1,
	ES_EXIT_USAGE = 2,
	ES_EXIT_NOT_CONFIGURED = 3,
	ES_EXIT_LOCKED = 4,
	ES_EXIT_TAMPERED = 5,
	ES_EXIT_TPM = 6,
	ES_EXIT_WRONG_RECOVERY_KEY = 7,
};

struct es_words {
	const char *id; /* kebab-case, stable, for --json and logs: "pcr-mismatch" */
	enum es_exit exit;
	const char *what; /* what happened and why, one clause, no full stop */
	const char *next; /* what to do next, one sentence or two */
};

/* Never NULL; an unknown number gets the words of a defect. */
const struct es_words *es_reason_words(enum es_reason reason);

#endif
