/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error convention of keys/: a function that can fail returns a reason; ES_OK is zero. keys/ prints nothing and
 * ends no process. Callers report a reason by es_reason_words(), and add the details that they know.
 */
#ifndef ES_CORE_REASON_H
#define ES_CORE_REASON_H

enum es_reason {
	ES_OK = 0,

	/* the system */
	ES_MEMORY,      /* out of memory, or memory that can't be locked */
	ES_IO,          /* a read or write failed */
	ES_NO_SPACE,    /* the disk is full */
	ES_READ_ONLY,   /* the file system can't be written */
	ES_PERMISSION,  /* not root, or refused by the kernel */
	ES_MISSING,     /* a requested file or device doesn't exist */
	ES_CRYPTO,      /* the crypto library failed where it shouldn't be able to */
	ES_BAD_TAG,     /* doesn't authenticate under this key; the caller knows what that means */
	ES_ARGUMENT,    /* an invalid request by the caller */
	ES_BUSY,        /* another command kept the lock for too long */
	ES_UNSAFE_PATH, /* a path that must be trusted, but that others can redirect */

	/* input: etcseal's own files */
	ES_FORMAT,    /* malformed: truncated, garbage, out of bounds */
	ES_TOO_LARGE, /* over the cap of its format */
	ES_VERSION,   /* a version, type or algorithm that this release doesn't know */
	ES_UNSAFE,    /* well-formed and authentic, but refused: escapes the tree, a device, setuid */

	/* input: files that aren't etcseal's own (keys/core/subject.h) */
	ES_LOG_MISSING, /* the firmware's event log */
	ES_LOG_FORMAT,
	ES_LOG_TOO_LARGE,
	ES_LOG_KIND, /* without SHA-256 digests */
	ES_FIRMWARE_UNREADABLE,
	ES_KEY_FORMAT,
	ES_KEY_KIND,          /* an unsupported algorithm or length */
	ES_KEY_PASSPHRASE,    /* protected by a passphrase, which can't be given here */
	ES_KEY_MISMATCH,      /* a key and a certificate that don't belong together */
	ES_POLICY_UNREADABLE, /* the signed policy that comes with an image */
	ES_FILE_KIND,         /* a named file isn't of the kind that its option takes */
	ES_FILE_TOO_LARGE,
	ES_KEYRING_FOREIGN,   /* the kernel keyring's key of our name isn't ours */
	ES_PROGRAM_MISSING,   /* a program that we start isn't installed */
	ES_PROGRAM_FAILED,    /* it failed, or its result is wrong */
	ES_NOT_INSTALLED,     /* a file of etcseal's own package is missing */
	ES_COVERED_KIND,      /* a covered path is neither folder nor file, or a parent of it isn't a folder */
	ES_CONTENT_ELSEWHERE, /* overlayfs keeps a file's content in a lower layer */
	ES_BOOTED_NOT_FOUND,  /* the image that was booted is unknown, or isn't there */

	/* the state of the host */
	ES_NOT_CONFIGURED,
	ES_ALREADY_CONFIGURED,
	ES_BANKS_DAMAGED,        /* there are banks, but none is intact */
	ES_CONFIG_GONE,          /* the TPM or the image knows of a configuration, but there is no bank */
	ES_NOT_UNLOCKED,         /* the running host has no config key */
	ES_NOT_BOOTED,           /* this system wasn't started through the boot helper */
	ES_NO_BOOT_PARTITION,    /* nowhere to keep a bank */
	ES_OTHER_BOOT_PARTITION, /* the mounted one isn't the one that the image came from */
	ES_NOT_MET,              /* this boot doesn't meet the requirement, so it can't be set */
	ES_NOT_VOUCHED,          /* Secure Boot is on, but nothing shows that it vouched for the running image */

	/* refusals */
	ES_LOCKED_PCR,          /* the measured boot isn't the one that the key was sealed to */
	ES_LOCKED_MACHINE,      /* kdf: another machine */
	ES_LOCKED_NO_PROTECTOR, /* nothing in encryption.info fits this mode */
	ES_RESUME_POSSIBLE,     /* the kernel could resume a hibernation image that somebody planted */
	ES_RECOVERY_FORM,       /* the recovery key is mistyped; the caller knows the group */
	ES_RECOVERY_TWO,        /* two different recovery keys */
	ES_RECOVERY_FILE,       /* the file is too large to search for a recovery key */
	ES_RECOVERY_WRONG,      /* well-formed, but not this host's */
	ES_TAMPERED_INFO,       /* encryption.info: MAC */
	ES_TAMPERED_ARCHIVE,    /* config.cms: hash or tag */
	ES_ROLLED_BACK,         /* older than the TPM's counter */
	ES_COUNTER_MISSING,     /* the TPM has no rollback counter */
	ES_COUNTER_UNCOUNTED,   /* it was made and never incremented: a first sealing was cut short */
	ES_DOWNGRADE,           /* a kdf bank, but the TPM has our counter */
	ES_OTHER_KEY,           /* under a key that the boot image doesn't accept (etcseal.key-id=) */
	ES_OTHER_HOST,          /* of a host that the boot image isn't for (etcseal.host=) */
	ES_BAD_PINS,            /* such an option of the boot image is malformed */
	ES_ONE_BANK,            /* one of the two is unusable; the other is usable */
	ES_IMAGE_OLD,           /* the image's signed policy has a lower generation than the TPM's counter */
	ES_IMAGE_AHEAD,         /* … one too high for the TPM's counter to be raised to */
	ES_IMAGE_SIGNATURE,     /* the signature of its policy isn't the vendor's */

	/* the parts of a boot image */
	ES_PART_STUB,        /* not a stub that starts a kernel */
	ES_PART_KERNEL,      /* not a kernel that firmware starts */
	ES_PART_INITRD,      /* not an initramfs that the kernel unpacks */
	ES_PART_KIND,        /* another part that isn't of its option's kind */
	ES_PART_MACHINE,     /* kernel and stub are for different types of machine */
	ES_PART_UNSUPPORTED, /* for a type of machine that etcseal builds no images for */
	ES_PART_SIGNED,      /* already signed */
	ES_IMAGE_KIND,       /* not a boot image */
	ES_IMAGE_TOO_LARGE,
	ES_NOT_A_FILE, /* a folder or a device where a file is needed */
	ES_EMPTY_FILE,
	ES_IMAGE_DISCLOSES, /* the initramfs contains what shouldn't leave the configuration */

	/* the TPM */
	ES_TPM_ABSENT,
	ES_TPM_VERSION,       /* a TPM 1.2 */
	ES_TPM_NO_SHA256,     /* no active SHA-256 bank */
	ES_TPM_UNSET_PCR,     /* a PCR that must be measured into is all zeros or all ones */
	ES_TPM_CLEARED,       /* our SRK is gone */
	ES_TPM_OTHER,         /* there is an SRK, but it isn't ours */
	ES_TPM_LOCKOUT,       /* dictionary attack lockout */
	ES_TPM_POLICY,        /* the policy failed although the PCRs match */
	ES_TPM_AUTH,          /* an owner password is set that we don't have */
	ES_TPM_FULL,          /* no NV space */
	ES_TPM_BUSY,          /* still asking for retries after the bound */
	ES_TPM_TIMEOUT,       /* no answer in time */
	ES_TPM_FORGED,        /* an answer whose HMAC is wrong: something between us and the TPM */
	ES_TPM_HARDWARE,      /* the connection broke, or returned something that isn't an answer */
	ES_TPM_HIERARCHY,     /* the storage hierarchy is disabled: the firmware setup does that */
	ES_TPM_SRK_AUTH,      /* the key at the storage key's handle has a password */
	ES_TPM_HANDLE_TAKEN,  /* that handle holds a key that can't be used as one; nothing of ours is there */
	ES_TPM_INDEX_TAKEN,   /* an NV index of ours is used by something else */
	ES_TPM_NO_HANDLE,     /* a requested key or index doesn't exist; keys/tpm knows what that means */
	ES_TPM_SLOTS,         /* no room for another loaded key or session */
	ES_TPM_NV_RATE,       /* the TPM limits the rate of writes to its NV memory */
	ES_TPM_NV_LOCKED,     /* an index is locked until the next start */
	ES_TPM_PCRS_CHANGING, /* PCRs changed between policy and use, for as long as we tried */
	ES_TPM_FAILURE_MODE,  /* its self-test failed */
	ES_TPM_NOT_STARTED,   /* nobody has sent it TPM2_Startup */
	ES_TPM_UPGRADING,     /* its firmware is half replaced */
	ES_TPM_RESTART,       /* it needs the host to be rebooted */
	ES_TPM_COMMAND,       /* it lacks a command, or the command is disabled */
	ES_TPM_REFUSED,       /* it doesn't accept a parameter: an algorithm, size or attribute */
	ES_TPM_UNEXPECTED,    /* a response code that we don't know */
	ES_TPM_NO_MANAGER,    /* the kernel has a TPM 2.0, but no /dev/tpmrm0 */
	ES_TPM_IN_USE,        /* another program has the device, and the kernel admits only one */
	ES_TPM_DENIED,        /* the kernel denies us the device */
	ES_SEAL_DAMAGED,      /* this TPM didn't seal what encryption.info has for it */

	/* the boot */
	ES_FENCE_FAILED,
	ES_FENCE_UNVOUCHED, /* up, but not confirmed by the TPM that the boot image names (etcseal.srk=) */
	ES_MEASURE_FAILED,  /* the stub couldn't measure although there is a TPM */
	ES_LOG_MISMATCH,    /* the event log doesn't replay to the TPM's values */
	ES_NEXT_UNKNOWN,    /* what the next boot will measure can't be predicted */
	ES_NEXT_LOCKED,     /* the next boot will not unlock automatically */
	ES_NEXT_REFUSED,    /* the firmware or shim won't start the next image at all */
	ES_NEXT_REQUEST,    /* a request to shim is pending for the next boot */

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
	const char *what; /* what happened and why: one clause, no full stop */
	const char *next; /* what to do next: one sentence or two */
};

/* Never NULL; an unknown number gets the words of an internal error. */
const struct es_words *es_reason_words(enum es_reason reason);

#endif
