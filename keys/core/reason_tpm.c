/* SPDX-License-Identifier: Apache-2.0 */
/* The reasons about a TPM: the part of the table in keys/core/reason.c that no longer fitted there. */
#include "keys/core/reason_tpm.h"

static const struct es_words words[ES_SEAL_DAMAGED + 1] = {
	[ES_TPM_ABSENT] = { "tpm-absent", ES_EXIT_TPM, "there is no TPM",
			    "Enable the TPM in the firmware setup; if the machine has none, use mode kdf." },
	[ES_TPM_VERSION] = { "tpm-version", ES_EXIT_TPM, "the TPM is a TPM 1.2, but TPM 2.0 is needed",
			     "Look for a switch to TPM 2.0 in the firmware setup, or use mode kdf." },
	[ES_TPM_NO_SHA256] = { "tpm-no-sha256", ES_EXIT_TPM, "the TPM's SHA-256 PCR bank isn't active",
			       "Enable the SHA-256 PCR bank in the firmware setup, and reboot." },
	[ES_TPM_UNSET_PCR] = { "tpm-unset-pcr", ES_EXIT_TPM, "nothing was measured into a PCR that the seal needs",
			       "Boot the image made by `etcseal image build` through UEFI, with the TPM enabled." },
	[ES_TPM_CLEARED] = { "tpm-cleared", ES_EXIT_TPM, "the TPM was cleared, or its storage key was deleted",
			     "Open with the recovery key, then run `etcseal set --mode=tpm` to seal again." },
	[ES_TPM_OTHER] = { "tpm-other", ES_EXIT_TPM,
			   "the TPM's storage key isn't the one that was sealed under: this is another TPM, or one "
			   "that was cleared or given another key",
			   "Put the disk back into its machine, or open with the recovery key and run `etcseal set "
			   "--mode=tpm`." },
	[ES_TPM_LOCKOUT] = { "tpm-lockout", ES_EXIT_TPM, "the TPM is locked out after too many failed attempts",
			     "Leave the host switched on until the lockout ends (`tpm2_getcap properties-variable` "
			     "shows it), or end it with the lockout password (`tpm2_dictionarylockout -c`)." },
	[ES_TPM_POLICY] = { "tpm-policy", ES_EXIT_LOCKED,
			    "the TPM reports that the policy isn't met, although the PCRs are those of the seal",
			    "Reboot; if it happens again, open with the recovery key and run `etcseal set "
			    "--mode=tpm`." },
	[ES_TPM_AUTH] = { "tpm-auth", ES_EXIT_TPM, "the TPM's owner hierarchy has a password",
			  "Remove the owner password (`tpm2_changeauth -c owner -p PASSWORD`), or use mode kdf." },
	[ES_TPM_FULL] = { "tpm-full", ES_EXIT_TPM, "the TPM's NV memory is full",
			  "Delete NV indexes or persistent keys that nothing uses (`tpm2_getcap handles-nv-index` and "
			  "`tpm2_getcap handles-persistent` list them; `tpm2_nvundefine` and `tpm2_evictcontrol` "
			  "delete one)." },
	[ES_TPM_BUSY] = { "tpm-busy", ES_EXIT_TPM,
			  "the TPM kept reporting that it is busy, testing itself or told to stop",
			  "Wait until no other program uses the TPM (`fuser -v /dev/tpmrm0 /dev/tpm0` lists them), and "
			  "try again." },
	[ES_TPM_TIMEOUT] = { "tpm-timeout", ES_EXIT_TPM, "the TPM didn't answer in time",
			     "Switch the host off and on; if that doesn't help, have the TPM replaced, or use mode "
			     "kdf." },
	[ES_TPM_FORGED] = { "tpm-forged", ES_EXIT_TAMPERED, "an answer from the TPM was forged in transit",
			    "Look for a device between mainboard and TPM, and don't trust this host until you have "
			    "found the cause." },
	[ES_TPM_HARDWARE] = { "tpm-failed", ES_EXIT_TPM, "the connection to the TPM failed",
			      "Check dmesg for messages about the TPM, and switch the host off and on; if that doesn't "
			      "help, have the TPM replaced, or use mode kdf." },
	[ES_TPM_HIERARCHY] = { "tpm-hierarchy-off", ES_EXIT_TPM, "the TPM's storage hierarchy is disabled",
			       "Enable it in the firmware setup (under TPM or trusted computing; it may be called the "
			       "owner hierarchy), and reboot. Nothing that the TPM stores is lost." },
	[ES_TPM_SRK_AUTH] = { "tpm-storage-key-password", ES_EXIT_TPM,
			      "the storage key in the TPM (handle 0x81000001) has a password",
			      "If nothing else needs that key, delete it with `tpm2_evictcontrol -C o -c 0x81000001`, "
			      "and try again; otherwise use mode kdf." },
	[ES_TPM_HANDLE_TAKEN] = { "tpm-handle-taken", ES_EXIT_TPM,
				  "the TPM's handle for the storage key (0x81000001) holds another kind of key",
				  "Find out who made it (BitLocker, systemd-cryptenroll, clevis and tpm2-tools keep "
				  "keys there). If nothing needs it, delete it with `tpm2_evictcontrol -C o -c "
				  "0x81000001`, and try again; otherwise use mode kdf." },
	[ES_TPM_INDEX_TAKEN] = { "tpm-index-taken", ES_EXIT_TPM,
				 "something else uses an NV index of the TPM that etcseal needs",
				 "Find out who defined it. If nothing needs it, delete it with `tpm2_nvundefine -C o "
				 "INDEX`, and try again; otherwise use mode kdf." },
	[ES_TPM_NO_HANDLE] = { "tpm-handle-missing", ES_EXIT_TPM,
			       "the TPM no longer has a key or index that it had before",
			       "Try again; if it happens again, another program is deleting keys or indexes in the "
			       "TPM: find out which." },
	[ES_TPM_SLOTS] = { "tpm-slots", ES_EXIT_TPM, "the TPM has no room to load another key or session",
			   "Another program has left its own loaded: reboot the host, or flush them "
			   "(`tpm2_flushcontext -t`, `-l` and `-s`)." },
	[ES_TPM_NV_RATE] = { "tpm-nv-rate", ES_EXIT_TPM,
			     "the TPM won't write its NV memory now: it limits how often, to reduce wear",
			     "Wait a minute and try again; if it happens again, find out which program writes to it so "
			     "often." },
	[ES_TPM_NV_LOCKED] = { "tpm-nv-locked", ES_EXIT_TPM, "an NV index of the TPM is locked until the next boot",
			       "Reboot the host and try again; if it happens again, find out what locks it in each "
			       "boot." },
	[ES_TPM_PCRS_CHANGING] = { "tpm-pcrs-changing", ES_EXIT_TPM,
				   "PCRs kept changing while the TPM was asked for the key",
				   "Reboot. IMA, the kernel's file measurement, causes this when many programs start "
				   "at once: if it happens again, use an IMA policy that measures less (ima_policy= in "
				   "the boot image's options)." },
	[ES_TPM_FAILURE_MODE] = { "tpm-failure-mode", ES_EXIT_TPM,
				  "the TPM is in failure mode: a self-test failed, and it no longer works",
				  "Switch the host off (a reboot isn't enough) and on again, and update the TPM's "
				  "firmware; if that doesn't help, have the TPM replaced, or use mode kdf." },
	[ES_TPM_NOT_STARTED] = { "tpm-not-started", ES_EXIT_TPM, "neither firmware nor kernel has started the TPM",
				 "Switch the host off and on; if that doesn't help, update the firmware, or disable "
				 "and enable the TPM in its setup." },
	[ES_TPM_UPGRADING] = { "tpm-upgrading", ES_EXIT_TPM,
			       "an upgrade of the TPM's firmware was started and isn't finished",
			       "Finish it with the vendor's tool, and reboot the host." },
	[ES_TPM_RESTART] = { "tpm-restart", ES_EXIT_TPM, "the TPM needs a reboot before it works again",
			     "Reboot the host." },
	[ES_TPM_COMMAND] = { "tpm-command", ES_EXIT_TPM,
			     "the TPM lacks a command that sealing needs, or the command is disabled",
			     "Update the TPM's firmware, or use mode kdf." },
	[ES_TPM_REFUSED] = { "tpm-refused", ES_EXIT_TPM, "the TPM doesn't accept a parameter that sealing needs",
			     "Update the TPM's firmware, or use mode kdf." },
	[ES_TPM_UNEXPECTED] = { "tpm-unexpected", ES_EXIT_TPM,
				"the TPM or its library gave an answer that etcseal doesn't know",
				"Switch the host off and on, and try again; if it happens again, please report it with "
				"the answer shown." },
	[ES_TPM_NO_MANAGER] = { "tpm-no-resource-manager", ES_EXIT_TPM,
				"the kernel has a TPM, but no /dev/tpmrm0 to reach it through",
				"Use a kernel with a TPM resource manager (Linux 4.12 or newer), and check that "
				"devtmpfs is mounted on /dev; a container must be given the device." },
	[ES_TPM_IN_USE] = { "tpm-in-use", ES_EXIT_TPM, "another program has exclusive use of the TPM device",
			    "End that program (`fuser -v /dev/tpm0` shows it), or use /dev/tpmrm0, which programs can "
			    "share." },
	[ES_TPM_DENIED] = { "tpm-denied", ES_EXIT_TPM, "the kernel denies access to the TPM device",
			    "Run this as root; if you already do, look for a security module or a container's device "
			    "rules that forbid it." },
	[ES_SEAL_DAMAGED] = { "seal-damaged", ES_EXIT_TAMPERED,
			      "the TPM's part of encryption.info was changed, or was sealed by another TPM",
			      "Open with the recovery key, then run `etcseal set --mode=tpm` to seal again; if you "
			      "didn't copy or change it yourself, find out who could write to the boot partition." },
};

bool es_is_tpm_reason(enum es_reason reason)
{
	return reason >= ES_TPM_ABSENT && reason <= ES_SEAL_DAMAGED;
}

const struct es_words *es_tpm_reason_words(enum es_reason reason)
{
	return &words[reason];
}
