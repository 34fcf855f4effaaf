/* SPDX-License-Identifier: Apache-2.0 */
/* What an administrator is told for each reason. The ids and exit codes are for scripts: they don't change. */
#include "keys/core/reason.h"

#include "keys/core/reason_tpm.h"

static const struct es_words words[ES_REASON_COUNT] = {
	[ES_OK] = { "ok", ES_EXIT_DONE, "done", "Nothing needs to be done." },

	[ES_MEMORY] = { "out-of-memory", ES_EXIT_FAILED, "there is not enough memory, or it can't be locked",
			"Free memory, or raise the limit on locked memory (ulimit -l), and try again." },
	[ES_IO] = { "io-error", ES_EXIT_FAILED, "a read or write failed",
		    "Look into dmesg for trouble with the disk, and try again." },
	[ES_NO_SPACE] = { "no-space", ES_EXIT_FAILED, "the disk is full",
			  "Free some room on the boot partition and try again; what was stored before is unharmed." },
	[ES_READ_ONLY] = { "read-only", ES_EXIT_FAILED, "the file system can't be written",
			   "Mount it writable (mount -o remount,rw) and try again." },
	[ES_PERMISSION] = { "permission", ES_EXIT_FAILED, "permission was refused",
			    "Run this as root; if you are, look for a security module that forbids it." },
	[ES_MISSING] = { "missing", ES_EXIT_FAILED, "the file or device that was named isn't there",
			 "Check the name, and that the disk it is on is attached and mounted." },
	[ES_CRYPTO] = { "crypto-failed", ES_EXIT_FAILED, "the crypto library failed",
			"Check that libcrypto (OpenSSL 3) is whole and its configuration allows AES-256 and SHA-256." },
	[ES_BAD_TAG] = { "not-authentic", ES_EXIT_TAMPERED,
			 "one of etcseal's files was changed, or belongs to another key",
			 "Find out who could write to it; a copy that is known to be good can replace it." },
	[ES_ARGUMENT] = { "bad-argument", ES_EXIT_USAGE, "what was asked for makes no sense here",
			  "See the manual page for what can be given." },
	[ES_BUSY] = { "busy", ES_EXIT_FAILED,
		      "another command has been changing this host's configuration for too long",
		      "Wait for it to end, and try again; `ps -C etcseal` shows it." },
	[ES_UNSAFE_PATH] = { "unsafe-path", ES_EXIT_USAGE, "that path isn't safe to use",
			     "Name a path of which every folder belongs to root, and can be changed by nobody else." },

	[ES_FORMAT] = { "bad-format", ES_EXIT_FAILED, "one of etcseal's files is truncated, or not of its format",
			"Put a good copy of it back; `etcseal backup` writes the files of the boot partition again." },
	[ES_TOO_LARGE] = { "too-large", ES_EXIT_FAILED, "the configuration is larger than its format allows",
			   "Leave out files that aren't configuration." },
	[ES_VERSION] = { "unknown-version", ES_EXIT_FAILED, "one of etcseal's files was written by a newer etcseal",
			 "Use the release of etcseal that wrote it, or a newer one." },
	[ES_UNSAFE] = { "unsafe-content", ES_EXIT_TAMPERED,
			"the archive holds something that no configuration may hold",
			"Don't use this archive before you know how that came into it." },

	[ES_LOG_MISSING] = { "event-log-missing", ES_EXIT_FAILED, "the kernel shows no event log of the firmware",
			     "See that securityfs is mounted on /sys/kernel/security, and that the TPM is switched on "
			     "in the "
			     "firmware's setup; some firmware keeps no log." },
	[ES_LOG_FORMAT] = { "event-log-unreadable", ES_EXIT_FAILED, "the firmware's event log can't be read to its end",
			    "Update the firmware and boot; if it stays so, please report it with the log." },
	[ES_LOG_TOO_LARGE] = { "event-log-too-large", ES_EXIT_FAILED,
			       "the firmware's event log is larger than any that is known",
			       "Boot once more; if it stays so, please report it with the machine's model." },
	[ES_LOG_KIND] = { "event-log-no-sha256", ES_EXIT_FAILED, "the firmware's event log has no SHA-256 digests",
			  "Switch the SHA-256 PCR bank on in the firmware's setup, or update the firmware, and boot." },
	[ES_FIRMWARE_UNREADABLE] = { "firmware-unreadable", ES_EXIT_FAILED,
				     "what the firmware shows (EFI variables, SMBIOS) can't be read",
				     "See that efivarfs is mounted on /sys/firmware/efi/efivars; else update the "
				     "firmware." },
	[ES_KEY_FORMAT] = { "key-file-format", ES_EXIT_FAILED, "the file doesn't hold a key or certificate in PEM form",
			    "Name the right file, or convert it: `openssl pkey -in FILE -out key.pem`, or `openssl "
			    "x509 -inform "
			    "DER -in FILE -out cert.pem`." },
	[ES_KEY_KIND] = { "key-kind", ES_EXIT_FAILED, "the key is of an algorithm or length that doesn't serve here",
			  "Use an RSA key of 2048 bits: `openssl genrsa -out key.pem 2048`." },
	[ES_KEY_PASSPHRASE] = { "key-passphrase", ES_EXIT_FAILED,
				"the key is under a passphrase, which can't be given here",
				"Take it off in a copy that only root can read: `openssl pkey -in FILE -out COPY`." },
	[ES_KEY_MISMATCH] = { "key-mismatch", ES_EXIT_FAILED, "the key and the certificate don't belong together",
			      "Name the certificate that was made for this key." },
	[ES_POLICY_UNREADABLE] = { "policy-unreadable", ES_EXIT_FAILED,
				   "the signed policy or the vendor's key that came with the image can't be read",
				   "Ask the image's vendor for one that is whole; `etcseal image inspect` shows what "
				   "is in it." },
	[ES_FILE_KIND] = { "file-kind", ES_EXIT_FAILED, "the file that was named isn't of the kind that is needed",
			   "Name the right file; the manual page says what each option takes." },
	[ES_FILE_TOO_LARGE] = { "file-too-large", ES_EXIT_FAILED,
				"the file that was named is too large for its purpose",
				"Check that it is the right file." },
	[ES_KEYRING_FOREIGN] = { "keyring-foreign", ES_EXIT_LOCKED,
				 "the kernel's keyring holds something else under the name of the configuration's key",
				 "Find out which program put it there, and restart the host." },
	[ES_PROGRAM_MISSING] = { "program-missing", ES_EXIT_FAILED, "a program that this needs isn't installed",
				 "Install the package that is named, and try again." },
	[ES_PROGRAM_FAILED] = { "program-failed", ES_EXIT_FAILED, "a program that this needs failed",
				"Look at what it said, and try again." },
	[ES_NOT_INSTALLED] = { "not-installed", ES_EXIT_FAILED, "a file of etcseal's own installation is missing",
			       "Install etcseal again." },
	[ES_COVERED_KIND] = { "covered-path-kind", ES_EXIT_FAILED,
			      "a path that is covered isn't a folder or a file, or something above it isn't a folder",
			      "Put a real folder or file there: what a symbolic link, a device or a mount point of "
			      "another kind "
			      "leads to can't be covered." },
	[ES_CONTENT_ELSEWHERE] = { "content-elsewhere", ES_EXIT_FAILED,
				   "an overlay keeps the content of a covered file in a lower layer, where it can't be "
				   "saved from",
				   "Copy the file and put the copy in its place, or mount the overlay without metacopy "
				   "and "
				   "redirect_dir." },
	[ES_BOOTED_NOT_FOUND] = { "booted-image-unknown", ES_EXIT_FAILED,
				  "the boot image that this host was started from can't be found",
				  "Name the image; or boot it from the mounted boot partition, and try again." },

	[ES_NOT_CONFIGURED] = { "not-configured", ES_EXIT_NOT_CONFIGURED, "no configuration was sealed on this host",
				"Run `etcseal init`." },
	[ES_ALREADY_CONFIGURED] = { "already-configured", ES_EXIT_FAILED, "this host is configured already",
				    "`etcseal status` shows how. `etcseal set` and `etcseal backup` change it." },
	[ES_BANKS_DAMAGED] = { "banks-damaged", ES_EXIT_TAMPERED, "there are banks, and none of them is whole",
			       "Put back the etcseal folder of the boot partition from a copy; nothing was "
			       "overwritten." },
	[ES_CONFIG_GONE] = { "configuration-gone", ES_EXIT_TAMPERED,
			     "this host was configured, and the boot partition holds no configuration",
			     "Put the etcseal folder of the boot partition back from a copy. To set the host up again, "
			     "answer NEW at the console, and run `etcseal init`." },
	[ES_NOT_UNLOCKED] = { "not-unlocked", ES_EXIT_LOCKED, "the running system doesn't hold the configuration's key",
			      "Boot so that the configuration is opened, by itself or with the recovery key." },
	[ES_NOT_BOOTED] = { "not-booted", ES_EXIT_FAILED, "this system wasn't started through etcseal's boot helper",
			    "Build a boot image (etcseal image build) whose initramfs runs etcseal-boot, start it, and "
			    "try "
			    "again." },
	[ES_NO_BOOT_PARTITION] = { "no-boot-partition", ES_EXIT_FAILED, "no boot partition was found to keep a bank on",
				   "Mount the EFI system partition at /efi, /boot/efi or /boot, or name it with "
				   "--boot-dir." },
	[ES_OTHER_BOOT_PARTITION] = { "other-boot-partition", ES_EXIT_FAILED,
				      "the firmware started the image from another partition than the one that is "
				      "mounted",
				      "Mount the partition that the image came from at /efi, /boot/efi or /boot. If "
				      "the one "
				      "that is mounted is the right one, start from it, or name it with --boot-dir." },
	[ES_NOT_MET] = { "not-met", ES_EXIT_FAILED, "that isn't true of this boot, so it can't be required",
			 "Make it true first (Secure Boot: in the firmware's setup), boot, and try again." },

	[ES_NOT_VOUCHED] = { "not-vouched", ES_EXIT_FAILED,
			     "it isn't shown that Secure Boot vouched for the boot image that runs, so nothing is "
			     "sealed to its keys",
			     "Mend that, restart and try again; or give --require-secure-boot=false to `etcseal set`, "
			     "which then seals to the boot programs themselves." },

	[ES_LOCKED_PCR] = { "pcr-mismatch", ES_EXIT_LOCKED, "this boot isn't the one that the key was sealed to",
			    "If the change is yours, open with the recovery key and run `etcseal set --mode=tpm`, "
			    "which seals to this boot; if not, find out who made it." },
	[ES_LOCKED_MACHINE] = { "other-machine", ES_EXIT_LOCKED,
				"the key is bound to another machine, or the derived key doesn't fit",
				"Put the disk back into its machine, or open with the recovery key." },
	[ES_LOCKED_NO_PROTECTOR] = { "no-protector", ES_EXIT_LOCKED,
				     "encryption.info holds nothing that opens by itself in this mode",
				     "Open with the recovery key, then run `etcseal set --mode=`." },
	[ES_RESUME_POSSIBLE] = { "resume-possible", ES_EXIT_LOCKED,
				 "this kernel can resume a hibernation image, and a planted one would find the opened "
				 "configuration in RAM",
				 "Put nohibernate into the boot image's options (`etcseal image build` does); until "
				 "then open with the recovery key." },
	[ES_RECOVERY_FORM] = { "recovery-key-mistyped", ES_EXIT_WRONG_RECOVERY_KEY, "the recovery key is mistyped",
			       "Compare the group that is named with what you wrote down: 16 groups of 6 digits." },
	[ES_RECOVERY_TWO] = { "two-recovery-keys", ES_EXIT_WRONG_RECOVERY_KEY,
			      "two recovery keys were given, and they differ",
			      "Give one of them: the one whose recovery ID is the one shown for this host." },
	[ES_RECOVERY_FILE] = { "recovery-key-file-too-large", ES_EXIT_WRONG_RECOVERY_KEY,
			       "that is too large to be a file with a recovery key",
			       "Put the recovery key into a file of its own, or type it at the terminal." },
	[ES_RECOVERY_WRONG] = { "recovery-key-wrong", ES_EXIT_WRONG_RECOVERY_KEY,
				"the recovery key is well-formed, but not the one of this host",
				"Find the key whose recovery ID is the one shown for this host." },
	[ES_TAMPERED_INFO] = { "info-tampered", ES_EXIT_TAMPERED, "encryption.info was changed by somebody else",
			       "Find out who could write to the boot partition; the other bank may still be good." },
	[ES_TAMPERED_ARCHIVE] = { "archive-tampered", ES_EXIT_TAMPERED,
				  "the configuration archive was changed by somebody else",
				  "Find out who could write to the boot partition; the other bank may still be good." },
	[ES_ROLLED_BACK] = { "rolled-back", ES_EXIT_TAMPERED,
			     "the configuration is older than the newest that the TPM knows of",
			     "If you put the old copy back yourself, open it with the recovery key; if not, somebody "
			     "did." },
	[ES_COUNTER_MISSING] = { "counter-missing", ES_EXIT_TAMPERED,
				 "the TPM has lost the counter that tells old configurations from new",
				 "Open with the recovery key, then run `etcseal set --mode=tpm`, which makes a new "
				 "one." },
	[ES_COUNTER_UNCOUNTED] = { "counter-uncounted", ES_EXIT_TAMPERED,
				   "the counter that tells old configurations from new was made again and never "
				   "counted",
				   "Open with the recovery key, then run `etcseal set --mode=tpm`, which counts it." },
	[ES_DOWNGRADE] = { "downgrade", ES_EXIT_TAMPERED, "a kdf configuration lies on a host whose TPM was sealed to",
			   "If you moved the disk here yourself, open it with the recovery key; if not, it was "
			   "planted." },
	[ES_OTHER_KEY] = { "other-key", ES_EXIT_TAMPERED,
			   "the configuration is under another key than this boot image accepts",
			   "If you changed the key, boot the image that was made for it; if not, the configuration was "
			   "planted: put the etcseal folder of the boot partition back from a copy." },
	[ES_OTHER_HOST] = { "other-host", ES_EXIT_TAMPERED,
			    "the configuration belongs to another host than this boot image is for",
			    "Boot the image of the host that the configuration belongs to, or put the etcseal folder "
			    "of the "
			    "boot partition back from a copy." },
	[ES_BAD_PINS] = { "bad-pins", ES_EXIT_LOCKED, "one of the etcseal options of this boot image can't be read",
			  "Open with the recovery key, and build the boot image again (`etcseal image build "
			  "--for-this-host`)." },

	[ES_ONE_BANK] = { "one-bank", ES_EXIT_FAILED, "one of the two banks wouldn't serve, so all hangs on the other",
			  "`etcseal backup` writes it anew." },
	[ES_IMAGE_OLD] = { "image-rolled-back", ES_EXIT_TAMPERED,
			   "this boot image is older than the newest of its vendor that this host has accepted",
			   "Boot the newest image. If you went back on purpose, open with the recovery key and run "
			   "`etcseal set --mode=tpm`; if the newest is refused too, its vendor has to sign it with a "
			   "higher generation." },
	[ES_IMAGE_AHEAD] = { "image-generation-too-high", ES_EXIT_LOCKED,
			     "this boot image's generation is further ahead than the TPM is counted up at once",
			     "Ask the image's vendor for one that is signed with a lower generation; until then open "
			     "with the recovery key." },
	[ES_IMAGE_SIGNATURE] = { "image-signature-wrong", ES_EXIT_TAMPERED,
				 "the policy in this boot image isn't signed by the vendor that the key was sealed to",
				 "Boot an image that comes from the vendor, unchanged, or open with the recovery "
				 "key." },

	[ES_PART_STUB] = { "not-a-stub", ES_EXIT_FAILED, "the file for the stub isn't a stub that starts a kernel",
			   "Leave --stub out to take etcseal's own, or name systemd's linuxx64.efi.stub." },
	[ES_PART_KERNEL] = { "not-a-kernel", ES_EXIT_FAILED,
			     "the file for the kernel isn't a Linux kernel that firmware can start",
			     "Give --linux the kernel as its package puts it into /boot (vmlinuz-VERSION)." },
	[ES_PART_INITRD] = { "not-an-initramfs", ES_EXIT_FAILED,
			     "the file for the initramfs isn't one that the kernel can unpack",
			     "Give --initrd the initramfs as initramfs-tools or dracut writes it into /boot "
			     "(initrd.img-VERSION)." },
	[ES_PART_KIND] = { "wrong-kind-of-part", ES_EXIT_FAILED, "a file isn't what its option is for",
			   "Name another file; `etcseal help image build` says what each option takes." },
	[ES_PART_MACHINE] = { "machines-differ", ES_EXIT_FAILED, "the kernel and the stub are for two types of machine",
			      "Give both for the same type: x86-64 or arm64." },
	[ES_PART_UNSUPPORTED] = { "machine-unsupported", ES_EXIT_FAILED,
				  "the program is for a type of machine that etcseal builds no images for",
				  "Take the one that was built for x86-64 or arm64; programs of 32 bits don't do." },
	[ES_PART_SIGNED] = { "already-signed", ES_EXIT_USAGE,
			     "the file is signed for Secure Boot, and putting more into it would break the signature",
			     "Take the file as it was before, and sign the finished image: --sign-key and "
			     "--sign-cert, or sbsign." },
	[ES_IMAGE_KIND] = { "not-a-boot-image", ES_EXIT_FAILED, "the file isn't a boot image that can be started",
			    "Name a unified kernel image (UKI), as `etcseal image build` writes it." },
	[ES_IMAGE_TOO_LARGE] = { "image-too-large", ES_EXIT_FAILED, "a boot image can't hold that much",
				 "Take a smaller initramfs (MODULES=dep in initramfs-tools, hostonly=yes in dracut), "
				 "or a "
				 "stub with room for more sections." },
	[ES_NOT_A_FILE] = { "not-a-file", ES_EXIT_FAILED, "a folder or a device was named where a file is needed",
			    "Name the file itself." },
	[ES_EMPTY_FILE] = { "empty-file", ES_EXIT_FAILED, "a file is empty",
			    "Write it again, or name another; a disk that was full leaves such files." },

	[ES_FENCE_FAILED] = { "fence-failed", ES_EXIT_TPM,
			      "the key couldn't be put out of reach again, so nothing was opened",
			      "Boot once more; if it stays so, the TPM is failing, or somebody tampers with it." },
	[ES_FENCE_UNVOUCHED] = { "fence-unvouched", ES_EXIT_TPM,
				 "the TPM that this boot image names didn't confirm that the key is out of reach",
				 "If the mainboard or the TPM was replaced, open with the recovery key, run `etcseal "
				 "set "
				 "--mode=tpm`, and build the boot image again; if not, look for a device between "
				 "mainboard "
				 "and TPM." },
	[ES_MEASURE_FAILED] = { "measure-failed", ES_EXIT_TPM, "the boot couldn't be measured though there is a TPM",
				"Boot once more; if it stays so, open with the recovery key and update the firmware." },
	[ES_LOG_MISMATCH] = { "log-mismatch", ES_EXIT_TAMPERED,
			      "the firmware's event log doesn't lead to the values that the TPM has",
			      "Boot once more; if it stays so, the firmware is at fault or somebody changed the log." },
	[ES_NEXT_UNKNOWN] = { "next-unknown", ES_EXIT_LOCKED,
			      "what the next boot will measure can't be told beforehand",
			      "Have the recovery key at hand for that boot; then `etcseal reseal` seals to it." },
	[ES_NEXT_REFUSED] = { "next-refused", ES_EXIT_LOCKED, "the next boot image won't be started at all",
			      "Mend the image before it takes the place of the one that runs." },
	[ES_NEXT_REQUEST] = { "shim-request", ES_EXIT_LOCKED, "shim is asked to do something at the next boot",
			      "Have somebody at the console for that boot, with the recovery key; or take the request "
			      "back (`mokutil --revoke-import`, `--revoke-delete`, …)." },
	[ES_NEXT_LOCKED] = { "next-locked", ES_EXIT_LOCKED, "the next boot won't open by itself",
			     "`etcseal reseal` seals to this boot, `etcseal reseal --image=FILE` to one with that "
			     "image, "
			     "too." },
};

static const struct es_words defect = { "defect", ES_EXIT_FAILED, "something failed that has no name: a defect",
					"Please report it, with what was done before." };

const struct es_words *es_reason_words(enum es_reason reason)
{
	if ((unsigned)reason >= ES_REASON_COUNT)
		return &defect;
	if (es_is_tpm_reason(reason))
		return es_tpm_reason_words(reason);
	return words[reason].id != 0 ? &words[reason] : &defect;
}
