/* SPDX-License-Identifier: Apache-2.0 */
/* What an administrator is told of a TPM: the part of keys/core/reason.c that grew too long for it. */
#include "keys/core/reason_tpm.h"

static const struct es_words words[ES_SEAL_DAMAGED - ES_TPM_ABSENT + 1] = {
	[ES_TPM_ABSENT -
	 ES_TPM_ABSENT] = { "tpm-absent", ES_EXIT_TPM, "there is no TPM",
			    "Switch the TPM on in the firmware's setup; if the machine has none, go on without: mode "
			    "kdf." },
	[ES_TPM_VERSION -
	    ES_TPM_ABSENT] = { "tpm-version", ES_EXIT_TPM, "the TPM is a TPM 1.2, and TPM 2.0 is needed",
			       "Look in the firmware's setup for a switch to TPM 2.0, or go on without: mode kdf." },
	[ES_TPM_NO_SHA256 - ES_TPM_ABSENT] = { "tpm-no-sha256", ES_EXIT_TPM, "the TPM's SHA-256 bank isn't active",
					       "Switch the SHA-256 PCR bank on in the firmware's setup, and boot." },
	[ES_TPM_UNSET_PCR -
	    ES_TPM_ABSENT] = { "tpm-unset-pcr", ES_EXIT_TPM, "nothing was measured into a PCR that the seal needs",
			       "Boot the image made by `etcseal image build` through UEFI, with the TPM switched on." },
	[ES_TPM_CLEARED -
	    ES_TPM_ABSENT] = { "tpm-cleared", ES_EXIT_TPM, "the TPM was cleared, or its storage key was deleted",
			       "Open with the recovery key, then run `etcseal set --mode=tpm` to seal anew." },
	[ES_TPM_OTHER -
	    ES_TPM_ABSENT] = { "tpm-other", ES_EXIT_TPM,
			       "the TPM's storage key isn't the one that was sealed under: it is another TPM, or one "
			       "that "
			       "was "
			       "cleared or given another key",
			       "Put the disk back into its machine, or open with the recovery key and run `etcseal set "
			       "--mode=tpm`." },
	[ES_TPM_LOCKOUT -
	    ES_TPM_ABSENT] = { "tpm-lockout", ES_EXIT_TPM, "the TPM is locked out after too many wrong tries",
			       "Leave the host switched on until the lockout ends (`tpm2_getcap properties-variable` "
			       "shows "
			       "it), or end it with the lockout password (`tpm2_dictionarylockout -c`)." },
	[ES_TPM_POLICY -
	    ES_TPM_ABSENT] = { "tpm-policy", ES_EXIT_LOCKED,
			       "the TPM says that the policy isn't met, though the PCRs are those of the seal",
			       "Boot once more; if it stays so, open with the recovery key and run `etcseal set "
			       "--mode=tpm`." },
	[ES_TPM_AUTH - ES_TPM_ABSENT] = { "tpm-auth", ES_EXIT_TPM, "the TPM's owner has set a password",
					  "Take the owner password off (`tpm2_changeauth -c owner -p PASSWORD`), or go "
					  "on without: "
					  "mode kdf." },
	[ES_TPM_FULL -
	    ES_TPM_ABSENT] = { "tpm-full", ES_EXIT_TPM, "the TPM's NV memory has no room left",
			       "Delete NV indexes or persistent keys that nothing uses (`tpm2_getcap handles-nv-index` "
			       "and "
			       "`tpm2_getcap handles-persistent` list them; `tpm2_nvundefine` and `tpm2_evictcontrol` "
			       "delete "
			       "one)." },
	[ES_TPM_BUSY -
	    ES_TPM_ABSENT] = { "tpm-busy", ES_EXIT_TPM,
			       "the TPM kept putting a command off: it is busy, tests itself, or was told to stop",
			       "Wait until no other program uses the TPM (`fuser -v /dev/tpmrm0 /dev/tpm0` lists "
			       "them), and "
			       "try "
			       "again." },
	[ES_TPM_TIMEOUT -
	    ES_TPM_ABSENT] = { "tpm-timeout", ES_EXIT_TPM, "the TPM didn't answer in time",
			       "Switch the host off and on; if it stays so, have the TPM replaced, or go on without: "
			       "mode "
			       "kdf." },
	[ES_TPM_FORGED -
	    ES_TPM_ABSENT] = { "tpm-forged", ES_EXIT_TAMPERED, "an answer of the TPM was forged on its way",
			       "Look for a device between mainboard and TPM, and don't trust this host before." },
	[ES_TPM_HARDWARE -
	    ES_TPM_ABSENT] = { "tpm-failed", ES_EXIT_TPM, "the connection to the TPM failed",
			       "Look in dmesg for messages about the TPM, and switch the host off and on; if it stays "
			       "so, "
			       "have the TPM replaced, or go on without: mode kdf." },
	[ES_TPM_HIERARCHY -
	    ES_TPM_ABSENT] = { "tpm-hierarchy-off", ES_EXIT_TPM, "the TPM's storage hierarchy is switched off",
			       "Switch it on again in the firmware's setup (under TPM or trusted computing; it may be "
			       "called "
			       "the owner hierarchy), and boot. Nothing that the TPM keeps is lost." },
	[ES_TPM_SRK_AUTH -
	    ES_TPM_ABSENT] = { "tpm-storage-key-password", ES_EXIT_TPM,
			       "the storage key in the TPM (handle 0x81000001) has a password",
			       "If nothing else needs that key, delete it with `tpm2_evictcontrol -C o -c 0x81000001`, "
			       "and try "
			       "again; else go on without: mode kdf." },
	[ES_TPM_HANDLE_TAKEN -
	    ES_TPM_ABSENT] = { "tpm-handle-taken", ES_EXIT_TPM,
			       "the TPM's place for the storage key (handle 0x81000001) holds another kind of key",
			       "Find out who made it (BitLocker, systemd-cryptenroll, clevis and tpm2-tools keep "
			       "keys there). "
			       "If nobody needs it, delete it with `tpm2_evictcontrol -C o -c 0x81000001`, and try "
			       "again; "
			       "else go on without: mode kdf." },
	[ES_TPM_INDEX_TAKEN -
	    ES_TPM_ABSENT] = { "tpm-index-taken", ES_EXIT_TPM,
			       "something else uses an NV index of the TPM that etcseal needs",
			       "Find out who defined it. If nobody needs it, delete it with `tpm2_nvundefine -C o "
			       "INDEX`, and "
			       "try again; else go on without: mode kdf." },
	[ES_TPM_NO_HANDLE -
	    ES_TPM_ABSENT] = { "tpm-handle-missing", ES_EXIT_TPM,
			       "the TPM doesn't have a key or index that it had before",
			       "Try again; if it stays so, another program deletes what it finds in the TPM: find out "
			       "which." },
	[ES_TPM_SLOTS - ES_TPM_ABSENT] = { "tpm-slots", ES_EXIT_TPM,
					   "the TPM has no room to load another key or session",
					   "Another program has left its own loaded: restart the host, or flush them "
					   "(`tpm2_flushcontext -t`, "
					   "`-l` and `-s`)." },
	[ES_TPM_NV_RATE -
	    ES_TPM_ABSENT] = { "tpm-nv-rate", ES_EXIT_TPM,
			       "the TPM doesn't write its NV memory now: it limits how often, to spare it",
			       "Wait a minute and try again; if it stays so, find out which program writes to it so "
			       "often." },
	[ES_TPM_NV_LOCKED -
	    ES_TPM_ABSENT] = { "tpm-nv-locked", ES_EXIT_TPM, "an NV index of the TPM is locked until the next start",
			       "Restart the host and try again; if it stays so, find out what locks it in each boot." },
	[ES_TPM_PCRS_CHANGING -
	    ES_TPM_ABSENT] = { "tpm-pcrs-changing", ES_EXIT_TPM,
			       "PCRs kept changing while the TPM was asked for the key",
			       "Boot once more. IMA, the kernel's measuring of files, does that when many programs "
			       "start at "
			       "once: if it stays so, use an IMA policy that measures less (ima_policy= in the "
			       "boot image's "
			       "options)." },
	[ES_TPM_FAILURE_MODE -
	    ES_TPM_ABSENT] = { "tpm-failure-mode", ES_EXIT_TPM,
			       "the TPM is in failure mode: a self-test failed, and it does nothing more",
			       "Switch the host off (a restart isn't enough) and on again, and update the TPM's "
			       "firmware; if it stays so, have the TPM replaced, or go on without: mode kdf." },
	[ES_TPM_NOT_STARTED -
	    ES_TPM_ABSENT] = { "tpm-not-started", ES_EXIT_TPM, "neither firmware nor kernel has started the TPM",
			       "Switch the host off and on; if it stays so, update the firmware, or switch the TPM "
			       "off and on "
			       "in its setup." },
	[ES_TPM_UPGRADING - ES_TPM_ABSENT] = { "tpm-upgrading", ES_EXIT_TPM,
					       "an upgrade of the TPM's firmware was begun and isn't done",
					       "Finish it with the vendor's tool, and restart the host." },
	[ES_TPM_RESTART - ES_TPM_ABSENT] = { "tpm-restart", ES_EXIT_TPM,
					     "the TPM does nothing more before the host is restarted",
					     "Restart the host." },
	[ES_TPM_COMMAND - ES_TPM_ABSENT] = { "tpm-command", ES_EXIT_TPM,
					     "the TPM lacks a command that a seal needs, or has it switched off",
					     "Update the TPM's firmware, or go on without: mode kdf." },
	[ES_TPM_REFUSED - ES_TPM_ABSENT] = { "tpm-refused", ES_EXIT_TPM,
					     "the TPM doesn't accept what a seal asks of it",
					     "Update the TPM's firmware, or go on without: mode kdf." },
	[ES_TPM_UNEXPECTED -
	    ES_TPM_ABSENT] = { "tpm-unexpected", ES_EXIT_TPM,
			       "the TPM, or its library, gave an answer that etcseal doesn't know",
			       "Switch the host off and on, and try again; if it stays so, please report it with the "
			       "answer "
			       "shown." },
	[ES_TPM_NO_MANAGER -
	    ES_TPM_ABSENT] = { "tpm-no-resource-manager", ES_EXIT_TPM,
			       "the kernel has a TPM, but no /dev/tpmrm0 to reach it by",
			       "Use a kernel with a TPM resource manager (Linux 4.12 or newer), and see that devtmpfs "
			       "is "
			       "mounted on /dev; a container needs the device handed in." },
	[ES_TPM_IN_USE -
	    ES_TPM_ABSENT] = { "tpm-in-use", ES_EXIT_TPM, "another program has the TPM's device to itself",
			       "End that program (`fuser -v /dev/tpm0` shows it), or use /dev/tpmrm0, which many can "
			       "share." },
	[ES_TPM_DENIED - ES_TPM_ABSENT] = { "tpm-denied", ES_EXIT_TPM, "the kernel refuses access to the TPM's device",
					    "Run this as root; if you are, look for a security module, or a "
					    "container's device rules, "
					    "that "
					    "forbid it." },
	[ES_SEAL_DAMAGED -
	    ES_TPM_ABSENT] = { "seal-damaged", ES_EXIT_TAMPERED,
			       "what encryption.info holds for the TPM was changed, or was sealed by another TPM",
			       "Open with the recovery key, then run `etcseal set --mode=tpm` to seal again; if you "
			       "didn't copy "
			       "or change it yourself, find out who could write to the boot partition." },
};

bool es_is_tpm_reason(enum es_reason reason)
{
	return reason >= ES_TPM_ABSENT && reason <= ES_SEAL_DAMAGED;
}

const struct es_words *es_tpm_reason_words(enum es_reason reason)
{
	return &words[reason - ES_TPM_ABSENT];
}
