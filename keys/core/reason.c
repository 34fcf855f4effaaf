/* SPDX-License-Identifier: Apache-2.0 */
/* What an administrator reads for each reason. Scripts use the ids and exit codes: they don't change. */
#include "keys/core/reason.h"

#include "keys/core/reason_tpm.h"

static const struct es_words words[ES_REASON_COUNT] = {
	[ES_OK] = { "ok", ES_EXIT_DONE, "done", "Nothing needs to be done." },

	[ES_MEMORY] = { "out-of-memory", ES_EXIT_FAILED, "there is not enough memory, or it can't be locked",
			"Free memory, or raise the limit on locked memory (ulimit -l), and try again." },
	[ES_IO] = { "io-error", ES_EXIT_FAILED, "a read or write failed",
		    "Check dmesg for disk errors, and try again." },
	[ES_NO_SPACE] = { "no-space", ES_EXIT_FAILED, "the disk is full",
			  "Free space on the boot partition and try again; what was saved before is intact." },
	[ES_READ_ONLY] = { "read-only", ES_EXIT_FAILED, "the file system is read-only",
			   "Mount it writable (mount -o remount,rw) and try again." },
	[ES_PERMISSION] = { "permission", ES_EXIT_FAILED, "permission denied",
			    "Run this as root; if you already do, look for a security module that forbids it." },
	[ES_MISSING] = { "missing", ES_EXIT_FAILED, "the file or device doesn't exist",
			 "Check its name, and that its disk is attached and mounted." },
	[ES_CRYPTO] = { "crypto-failed", ES_EXIT_FAILED, "the crypto library failed",
			"Check that libcrypto (OpenSSL 3) is intact and that its configuration allows AES-256 and "
			"SHA-256." },
	[ES_BAD_TAG] = { "not-authentic", ES_EXIT_TAMPERED,
			 "one of etcseal's files was changed, or belongs to another key",
			 "Find out who could write to it, and replace it with a copy that is known to be good." },
	[ES_ARGUMENT] = { "bad-argument", ES_EXIT_USAGE, "that request isn't valid here",
			  "See the manual page for what can be given." },
	[ES_BUSY] = { "busy", ES_EXIT_FAILED, "another command is still changing this host's configuration",
		      "Wait for it to finish, and try again; `ps -C etcseal` shows it." },
	[ES_UNSAFE_PATH] = { "unsafe-path", ES_EXIT_USAGE, "that path isn't safe to use",
			     "Use a path whose folders all belong to root and can be changed by nobody else." },

	[ES_FORMAT] = { "bad-format", ES_EXIT_FAILED, "one of etcseal's files is truncated or malformed",
			"Restore a good copy of it; `etcseal backup` rewrites the files on the boot partition." },
	[ES_TOO_LARGE] = { "too-large", ES_EXIT_FAILED, "the configuration is larger than its format allows",
			   "Move files that aren't configuration out of the covered paths." },
	[ES_VERSION] = { "unknown-version", ES_EXIT_FAILED, "one of etcseal's files was written by a newer etcseal",
			 "Use the release of etcseal that wrote it, or a newer one." },
	[ES_UNSAFE] = { "unsafe-content", ES_EXIT_TAMPERED,
			"the archive contains an entry that no configuration may contain",
			"Don't use this archive until you know how that entry got into it." },

	[ES_LOG_MISSING] = { "event-log-missing", ES_EXIT_FAILED, "the kernel provides no firmware event log",
			     "Check that securityfs is mounted on /sys/kernel/security and that the TPM is enabled in "
			     "the firmware setup; some firmware keeps no log." },
	[ES_LOG_FORMAT] = { "event-log-unreadable", ES_EXIT_FAILED, "the firmware's event log is malformed",
			    "Update the firmware and reboot; if that doesn't help, please report it with the log." },
	[ES_LOG_TOO_LARGE] = { "event-log-too-large", ES_EXIT_FAILED,
			       "the firmware's event log is larger than etcseal accepts",
			       "Reboot; if that doesn't help, please report it with the machine's model." },
	[ES_LOG_KIND] = { "event-log-no-sha256", ES_EXIT_FAILED, "the firmware's event log has no SHA-256 digests",
			  "Enable the SHA-256 PCR bank in the firmware setup, or update the firmware, and reboot." },
	[ES_FIRMWARE_UNREADABLE] = { "firmware-unreadable", ES_EXIT_FAILED,
				     "the firmware's EFI variables or SMBIOS tables can't be read",
				     "Check that efivarfs is mounted on /sys/firmware/efi/efivars; if it is, update "
				     "the firmware." },
	[ES_KEY_FORMAT] = { "key-file-format", ES_EXIT_FAILED,
			    "the file doesn't contain a key or certificate in PEM format",
			    "Name the right file, or convert it: `openssl pkey -in FILE -out key.pem`, or `openssl "
			    "x509 -inform DER -in FILE -out cert.pem`." },
	[ES_KEY_KIND] = { "key-kind", ES_EXIT_FAILED, "the key's algorithm or length isn't supported here",
			  "Use a 2048-bit RSA key: `openssl genrsa -out key.pem 2048`." },
	[ES_KEY_PASSPHRASE] = { "key-passphrase", ES_EXIT_FAILED,
				"the key is protected by a passphrase, which can't be given here",
				"Remove it in a copy that only root can read: `openssl pkey -in FILE -out COPY`." },
	[ES_KEY_MISMATCH] = { "key-mismatch", ES_EXIT_FAILED, "the key and the certificate don't belong together",
			      "Name the certificate that was issued for this key." },
	[ES_POLICY_UNREADABLE] = { "policy-unreadable", ES_EXIT_FAILED,
				   "the signed policy or the vendor's key that came with the image can't be read",
				   "Ask the image's vendor for an intact image; `etcseal image inspect` shows what it "
				   "contains." },
	[ES_FILE_KIND] = { "file-kind", ES_EXIT_FAILED, "the file isn't of the kind that is needed here",
			   "Name the right file; the manual page says what each option takes." },
	[ES_FILE_TOO_LARGE] = { "file-too-large", ES_EXIT_FAILED, "the file is too large for its purpose",
				"Check that it is the right file." },
	[ES_KEYRING_FOREIGN] = { "keyring-foreign", ES_EXIT_LOCKED,
				 "the kernel keyring has something else under the name of the configuration's key",
				 "Find out which program put it there, and reboot the host." },
	[ES_PROGRAM_MISSING] = { "program-missing", ES_EXIT_FAILED, "a required program isn't installed",
				 "Install the package that is named, and try again." },
	[ES_PROGRAM_FAILED] = { "program-failed", ES_EXIT_FAILED, "a required program failed",
				"Check its output, and try again." },
	[ES_NOT_INSTALLED] = { "not-installed", ES_EXIT_FAILED, "a file of etcseal's own installation is missing",
			       "Reinstall etcseal." },
	[ES_COVERED_KIND] = { "covered-path-kind", ES_EXIT_FAILED,
			      "a covered path isn't a folder or a regular file, or something above it isn't a folder",
			      "Put a folder or a regular file there; a device, a socket or a fifo can't be covered." },
	[ES_CONTENT_ELSEWHERE] = { "content-elsewhere", ES_EXIT_FAILED,
				   "an overlay keeps the content of a covered file in a lower layer, from which it "
				   "can't be saved",
				   "Replace the file with a copy of it, or mount the overlay without metacopy and "
				   "redirect_dir." },
	[ES_BOOTED_NOT_FOUND] = { "booted-image-unknown", ES_EXIT_FAILED,
				  "the boot image that this host was started from can't be found",
				  "Name the image; or boot it from the mounted boot partition, and try again." },

	[ES_NOT_CONFIGURED] = { "not-configured", ES_EXIT_NOT_CONFIGURED,
				"no configuration has been sealed on this host", "Run `etcseal init`." },
	[ES_ALREADY_CONFIGURED] = { "already-configured", ES_EXIT_FAILED, "this host is already configured",
				    "`etcseal status` shows how; `etcseal set` and `etcseal backup` change it." },
	[ES_BANKS_DAMAGED] = { "banks-damaged", ES_EXIT_TAMPERED, "no bank on the boot partition is intact",
			       "Restore the etcseal folder of the boot partition from a copy; nothing was "
			       "overwritten." },
	[ES_CONFIG_GONE] = { "configuration-gone", ES_EXIT_TAMPERED,
			     "this host was configured, but its boot partition has no configuration",
			     "Restore the etcseal folder of the boot partition from a copy. To set the host up again, "
			     "type NEW at the console, and run `etcseal init`." },
	[ES_NOT_UNLOCKED] = { "not-unlocked", ES_EXIT_LOCKED, "the running system doesn't hold the configuration's key",
			      "Reboot so that the configuration is opened, automatically or with the recovery key." },
	[ES_NOT_BOOTED] = { "not-booted", ES_EXIT_FAILED, "this system wasn't started through etcseal's boot helper",
			    "Build a boot image (`etcseal image build`) whose initramfs runs etcseal-boot, boot it, "
			    "and try again." },
	[ES_NO_BOOT_PARTITION] = { "no-boot-partition", ES_EXIT_FAILED, "no boot partition was found to keep a bank on",
				   "Mount the EFI system partition at /efi, /boot/efi or /boot, or name it with "
				   "--boot-dir." },
	[ES_OTHER_BOOT_PARTITION] = { "other-boot-partition", ES_EXIT_FAILED,
				      "the firmware started the image from another partition than the mounted one",
				      "Mount the partition that the image came from at /efi, /boot/efi or /boot. If "
				      "the mounted one is the right one, boot from it, or name it with --boot-dir." },
	[ES_NOT_MET] = { "not-met", ES_EXIT_FAILED, "this boot doesn't meet that requirement, so it can't be set",
			 "Meet it first (Secure Boot: in the firmware setup), reboot, and try again." },

	[ES_NOT_VOUCHED] = { "not-vouched", ES_EXIT_FAILED,
			     "nothing shows that Secure Boot vouched for the running boot image, so nothing is sealed "
			     "to its keys",
			     "Fix that, reboot and try again; or give --require-secure-boot=false to `etcseal init` or "
			     "`etcseal set`, which then seals to the boot programs themselves." },

	[ES_LOCKED_PCR] = { "pcr-mismatch", ES_EXIT_LOCKED, "this boot isn't the one that the key was sealed to",
			    "If you made the change, open with the recovery key and run `etcseal set --mode=tpm`, "
			    "which seals to this boot; if not, find out who made it." },
	[ES_LOCKED_MACHINE] = { "other-machine", ES_EXIT_LOCKED,
				"the key is bound to another machine, or the derived key doesn't match",
				"Put the disk back into its machine, or open with the recovery key." },
	[ES_LOCKED_NO_PROTECTOR] = { "no-protector", ES_EXIT_LOCKED,
				     "encryption.info has no protector that opens automatically in this mode",
				     "Open with the recovery key, then run `etcseal set --mode=tpm` or `etcseal set "
				     "--mode=kdf`." },
	[ES_RESUME_POSSIBLE] = { "resume-possible", ES_EXIT_LOCKED,
				 "this kernel can resume a hibernation image, and a planted one would find the opened "
				 "configuration in RAM",
				 "Add nohibernate to the boot image's options (`etcseal image build` does); until "
				 "then, open with the recovery key." },
	[ES_RECOVERY_FORM] = { "recovery-key-mistyped", ES_EXIT_WRONG_RECOVERY_KEY, "the recovery key is mistyped",
			       "Compare the group that is named with your copy; the key has 16 groups of 6 digits." },
	[ES_RECOVERY_TWO] = { "two-recovery-keys", ES_EXIT_WRONG_RECOVERY_KEY, "two different recovery keys were given",
			      "Give only the one whose recovery ID is the one shown for this host." },
	[ES_RECOVERY_FILE] = { "recovery-key-file-too-large", ES_EXIT_WRONG_RECOVERY_KEY,
			       "the file is too large to be one with a recovery key",
			       "Put the recovery key into a file of its own, or type it at the terminal." },
	[ES_RECOVERY_WRONG] = { "recovery-key-wrong", ES_EXIT_WRONG_RECOVERY_KEY,
				"the recovery key is well-formed, but isn't this host's",
				"Find the key whose recovery ID is the one shown for this host." },
	[ES_TAMPERED_INFO] = { "info-tampered", ES_EXIT_TAMPERED, "encryption.info failed its integrity check",
			       "Find out who could write to the boot partition; the other bank may still be good." },
	[ES_TAMPERED_ARCHIVE] = { "archive-tampered", ES_EXIT_TAMPERED,
				  "the configuration archive failed its integrity check",
				  "Find out who could write to the boot partition; the other bank may still be good." },
	[ES_ROLLED_BACK] = { "rolled-back", ES_EXIT_TAMPERED,
			     "the configuration is older than the newest that the TPM has counted",
			     "If you restored the old copy yourself, open it with the recovery key; if not, somebody "
			     "else did." },
	[ES_COUNTER_MISSING] = { "counter-missing", ES_EXIT_TAMPERED,
				 "the TPM has lost the rollback counter, which distinguishes old configurations from "
				 "new ones",
				 "Open with the recovery key, then run `etcseal set --mode=tpm`, which makes a new "
				 "one." },
	[ES_COUNTER_UNCOUNTED] = { "counter-uncounted", ES_EXIT_TAMPERED,
				   "the TPM's rollback counter was never incremented: it was made again, or a first "
				   "sealing "
				   "was cut short",
				   "Open with the recovery key, then run `etcseal set --mode=tpm`, which increments "
				   "it." },
	[ES_DOWNGRADE] = { "downgrade", ES_EXIT_TAMPERED,
			   "this is a kdf configuration, but the host was sealed to its TPM",
			   "If you moved the disk here yourself, open it with the recovery key; if not, the "
			   "configuration was planted." },
	[ES_OTHER_KEY] = { "other-key", ES_EXIT_TAMPERED,
			   "the configuration is encrypted under a key that this boot image doesn't accept",
			   "If you changed the key, boot the image that was made for it; if not, the configuration was "
			   "planted: restore the etcseal folder of the boot partition from a copy." },
	[ES_OTHER_HOST] = { "other-host", ES_EXIT_TAMPERED,
			    "the configuration belongs to another host than this boot image is for",
			    "Boot the image of the host that the configuration belongs to, or restore the etcseal "
			    "folder of the boot partition from a copy." },
	[ES_BAD_PINS] = { "bad-pins", ES_EXIT_LOCKED, "one of this boot image's etcseal options can't be read",
			  "Open with the recovery key, and rebuild the boot image (`etcseal image build "
			  "--for-this-host`)." },

	[ES_ONE_BANK] = { "one-bank", ES_EXIT_FAILED,
			  "one of the two banks is unusable; the host depends on the other alone",
			  "`etcseal backup` rewrites it." },
	[ES_IMAGE_OLD] = { "image-rolled-back", ES_EXIT_TAMPERED,
			   "this boot image is older than the newest from its vendor that this host has accepted",
			   "Boot the newest image. If you went back on purpose, open with the recovery key and run "
			   "`etcseal set --mode=tpm`; if the newest is refused too, its vendor has to sign it with a "
			   "higher generation." },
	[ES_IMAGE_AHEAD] = { "image-generation-too-high", ES_EXIT_LOCKED,
			     "this boot image's generation is further ahead than the TPM's counter is raised at once",
			     "Ask the image's vendor for one that is signed with a lower generation; until then, open "
			     "with the recovery key." },
	[ES_IMAGE_SIGNATURE] = { "image-signature-wrong", ES_EXIT_TAMPERED,
				 "the policy in this boot image isn't signed by the vendor that the key was sealed to",
				 "Boot an unchanged image from the vendor, or open with the recovery key." },

	[ES_PART_STUB] = { "not-a-stub", ES_EXIT_FAILED, "the file for the stub isn't a stub that starts a kernel",
			   "Leave out --stub to use etcseal's own, or name systemd's linuxx64.efi.stub." },
	[ES_PART_KERNEL] = { "not-a-kernel", ES_EXIT_FAILED,
			     "the file for the kernel isn't a Linux kernel that firmware can start",
			     "Give --linux the kernel as its package installs it in /boot (vmlinuz-VERSION)." },
	[ES_PART_INITRD] = { "not-an-initramfs", ES_EXIT_FAILED,
			     "the file for the initramfs isn't one that the kernel can unpack",
			     "Give --initrd the initramfs as initramfs-tools or dracut writes it to /boot "
			     "(initrd.img-VERSION)." },
	[ES_PART_KIND] = { "wrong-kind-of-part", ES_EXIT_FAILED, "the file isn't of the kind that its option takes",
			   "Name another file; `etcseal help image build` says what each option takes." },
	[ES_PART_MACHINE] = { "machines-differ", ES_EXIT_FAILED,
			      "the kernel and the stub are for different types of machine",
			      "Give both for the same type: x86-64 or arm64." },
	[ES_PART_UNSUPPORTED] = { "machine-unsupported", ES_EXIT_FAILED,
				  "the program is for a type of machine that etcseal builds no images for",
				  "Use the one built for x86-64 or arm64; 32-bit programs aren't supported." },
	[ES_PART_SIGNED] = { "already-signed", ES_EXIT_USAGE,
			     "the file is signed for Secure Boot, and adding to it would break the signature",
			     "Use the file as it was before signing, and sign the finished image: --sign-key and "
			     "--sign-cert, or sbsign." },
	[ES_IMAGE_KIND] = { "not-a-boot-image", ES_EXIT_FAILED, "the file isn't a boot image that can be started",
			    "Name a unified kernel image (UKI), such as `etcseal image build` writes." },
	[ES_IMAGE_TOO_LARGE] = { "image-too-large", ES_EXIT_FAILED,
				 "the parts are too large, or too many, for a boot image",
				 "Use a smaller initramfs (MODULES=dep in initramfs-tools, hostonly=yes in dracut), or "
				 "a stub with room for more sections." },
	[ES_IMAGE_DISCLOSES] = { "image-discloses", ES_EXIT_FAILED,
				 "the initramfs contains secrets, or configuration that no package ships",
				 "Keep each of them out as etcseal(8) says under FILES IN THE INITRAMFS, or accept it "
				 "with "
				 "--allow." },
	[ES_NOT_A_FILE] = { "not-a-file", ES_EXIT_FAILED, "a folder or a device was named where a file is needed",
			    "Name the file itself." },
	[ES_EMPTY_FILE] = { "empty-file", ES_EXIT_FAILED, "the file is empty",
			    "Write it again, or name another; a full disk leaves such files." },

	[ES_FENCE_FAILED] = { "fence-failed", ES_EXIT_TPM,
			      "the key couldn't be put out of reach for the rest of the boot, so nothing was opened",
			      "Reboot; if it happens again, the TPM is failing, or somebody is tampering with it." },
	[ES_FENCE_UNVOUCHED] = { "fence-unvouched", ES_EXIT_TPM,
				 "the TPM that this boot image names didn't confirm that the key is out of reach",
				 "If the mainboard or the TPM was replaced, open with the recovery key, run `etcseal "
				 "set --mode=tpm`, and rebuild the boot image; if not, look for a device between "
				 "mainboard and TPM." },
	[ES_MEASURE_FAILED] = { "measure-failed", ES_EXIT_TPM, "the boot couldn't be measured, although there is a TPM",
				"Reboot; if it happens again, open with the recovery key and update the firmware." },
	[ES_LOG_MISMATCH] = { "log-mismatch", ES_EXIT_TAMPERED,
			      "the firmware's event log doesn't replay to the TPM's PCR values",
			      "Reboot; if it happens again, the firmware is faulty or somebody changed the log." },
	[ES_NEXT_UNKNOWN] = { "next-unknown", ES_EXIT_LOCKED, "what the next boot will measure can't be predicted",
			      "Have the recovery key at hand for that boot; then `etcseal reseal` seals to it." },
	[ES_NEXT_REFUSED] = { "next-refused", ES_EXIT_LOCKED, "the next boot image won't be started at all",
			      "Fix the image before it replaces the running one." },
	[ES_NEXT_REQUEST] = { "shim-request", ES_EXIT_LOCKED, "a request to shim is pending for the next boot",
			      "Have somebody at the console for that boot, with the recovery key; or withdraw the "
			      "request (`mokutil --revoke-import`, `--revoke-delete`, …)." },
	[ES_NEXT_LOCKED] = { "next-locked", ES_EXIT_LOCKED, "the next boot will not unlock automatically",
			     "`etcseal reseal` seals to this boot, `etcseal reseal --image=FILE` also to a boot with "
			     "that image." },
};

static const struct es_words defect = { "defect", ES_EXIT_FAILED, "internal error",
					"Please report it, with what was done before." };

const struct es_words *es_reason_words(enum es_reason reason)
{
	if ((unsigned)reason >= ES_REASON_COUNT)
		return &defect;
	if (es_is_tpm_reason(reason))
		return es_tpm_reason_words(reason);
	return words[reason].id != 0 ? &words[reason] : &defect;
}
