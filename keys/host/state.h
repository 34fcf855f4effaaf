/* SPDX-License-Identifier: Apache-2.0 */
/* What es_host knows: shared by host.c (reading), commit.c (writing a generation) and the changes. Private. */
#ifndef ES_HOST_STATE_H
#define ES_HOST_STATE_H

#include "keys/host/commit.h"
#include "keys/host/host.h"
#include "keys/store/path.h"

struct es_host {
	char boot_dir[ES_PATH_TEXT]; /* "" if none was found, and then: why */
	enum es_reason boot_reason;
	char boot_note[256]; /* struct es_boot_partition's detail */
	char run_dir[ES_PATH_TEXT];
	/* As asked; the caller's. */
	const char *tcti, *event_log, *product_uuid, *firmware, *options, *power, *key_name;
	char efivars[ES_PATH_TEXT]; /* the folder of the firmware's variables, below `firmware` */
	int banks_dirfd;            /* …/etcseal on the boot partition, -1 if there is none yet */
	bool have_boot;
	struct es_boot_record boot;
	struct es_bank banks[ES_BANK_COUNT];
	int current;            /* the bank that the host stands on, -1: not configured */
	struct es_tpm *tpm;     /* NULL until it is needed */
	int pinned;             /* the bank whose storage key tpm is held to, -1: none */
	bool new_tpm_ok;        /* its owner says that he changed it */
	bool unpinned;          /* to none, since the owner takes another TPM */
	bool no_secure_boot_ok; /* its owner gives up requiring Secure Boot */
	bool have_judged;       /* a boot stays what it was: judged once */
	struct es_secure_boot judged;
	int lock_fd; /* -1: not held */
	char detail[512];
	char vendor_note[256];
};

/* Says more of a refusal than its reason does; returns the reason. */
__attribute__((format(printf, 3, 4))) enum es_reason es_host_refuse(struct es_host *host, enum es_reason reason,
								    const char *format, ...);

/* For what needs a boot partition where boot_dir is "". */
enum es_reason es_host_boot_missing(struct es_host *host);

/* ES_LOG_MISMATCH: the first PCR where the event log doesn't lead to what the TPM had. */
enum es_reason es_host_refuse_log(struct es_host *host, es_pcr_mask differ);

/* The same where the tree at `path` couldn't be read or packed, with the caps in words. */
enum es_reason es_host_refuse_tree(struct es_host *host, enum es_reason reason, const char *path,
				   const struct es_pack_report *report);

/* The same of a path that others can lead elsewhere. */
enum es_reason es_host_refuse_path(struct es_host *host, const struct es_path_fault *fault);

/* Connects on first use, and pins the storage key of the bank that the host stands on. */
ES_MUST_CHECK enum es_reason es_host_connect(struct es_host *host);
/* From here on whatever TPM is there is spoken to. */
ES_MUST_CHECK enum es_reason es_host_unpin(struct es_host *host);
/* The owner seals anew: a TPM that was cleared or exchanged is taken, if the one of before didn't open this boot. */
ES_MUST_CHECK enum es_reason es_host_accept_tpm(struct es_host *host, struct es_info *info);
/* The storage key to seal to, serialised: info's own; the TPM's, made if need be, where info has none or another TPM was taken. */
ES_MUST_CHECK enum es_reason es_host_srk(struct es_host *host, struct es_info *info, struct es_buf *ret_serialised);
/* On the newest bank. Beside a kdf bank, whose number means nothing to the TPM, on the tpm bank, if the counter says so. */
void es_host_pick_bank(struct es_host *host);
/* Reads both banks again, and finds the one to stand on. */
ES_MUST_CHECK enum es_reason es_host_reload(struct es_host *host);
/* From now on this is covered, also by later commands of this boot: kept in boot.json. */
ES_MUST_CHECK enum es_reason es_host_set_covered(struct es_host *host, unsigned path_count,
					   const char (*paths)[ES_PATH_TEXT]);
/* Why there is no bank to stand on: ES_NOT_CONFIGURED or ES_BANKS_DAMAGED. For current < 0. */
enum es_reason es_host_no_bank_reason(const struct es_host *host);
/* The kernel's event log, and the machine's UUID ("" if it tells none). */
ES_MUST_CHECK enum es_reason es_host_event_log(struct es_host *host, struct es_buf *ret);
void es_host_product_uuid(const struct es_host *host, char ret[static ES_UUID_TEXT]);

/* Before something is sealed under info's requirements. ES_NOT_VOUCHED: it requires Secure Boot, and it isn't shown that this
 * vouched for the image that runs. Where the image's file is missing, so that it can't be told, what info is sealed to already
 * may be sealed to again: now is what this boot measured. */
ES_MUST_CHECK enum es_reason es_host_secure_boot_needed(struct es_host *host, const struct es_info *info,
							const struct es_pcr_values *now);
/* A requirement can't be made: ES_NOT_MET where Secure Boot is off, else ES_NOT_VOUCHED. */
ES_MUST_CHECK enum es_reason es_host_secure_boot_refuse(struct es_host *host, const struct es_secure_boot *judged);

/* The config key of the running host, proven to be the key of the bank it stands on (MAC), and that bank's
 * encryption.info to work on: the caller owns both. */
ES_MUST_CHECK enum es_reason es_host_key(struct es_host *host, struct es_secret **ret_key,
					      struct es_info **ret_info);

/* A key that is to vouch for the next bank goes into the keyring under a second name, where es_host_key finds it. */
ES_MUST_CHECK enum es_reason es_host_stage_key(struct es_host *host, const struct es_secret *key);
/* Whether a whole bank is under this key; the host then stands on it. */
bool es_host_key_fits_bank(struct es_host *host, const struct es_secret *key);
/* This key is the one in force: what was staged goes, or takes its place. Under the lock only. */
void es_host_promote_key(struct es_host *host, const struct es_secret *key);

/* What a rotation puts in the place of every protector that opens automatically: to the new key, in memory. May prepare the
 * commit for it. */
typedef enum es_reason es_protect_fn(struct es_host *host, struct es_info *info, const struct es_secret *key,
				     struct es_commit *commit);
struct es_rotate_request {
	struct es_info *info; /* of es_host_begin, as the old key */
	const struct es_secret *old;
	es_protect_fn *protect;
};
/* es_host_rotate with these protectors (keys/change/rotate.h). */
ES_MUST_CHECK enum es_reason es_host_rotate_to(struct es_host *host, const struct es_rotate_request *request,
					       char ret_old_id[static ES_RECOVERY_ID_TEXT],
					       struct es_secret **ret_recovery);

/* Waits until no other command is changing this host. ES_BUSY: it took too long. Held until a commit's end, or the host is
 * closed. */
ES_MUST_CHECK enum es_reason es_host_lock(struct es_host *host);
void es_host_unlock(struct es_host *host);
/* The start of every change: takes the lock, reads the banks afresh, and then does as es_host_key. */
ES_MUST_CHECK enum es_reason es_host_begin(struct es_host *host, struct es_secret **ret_key, struct es_info **ret_info);

/* Replaces info's tpm protectors by one for the way this host booted: SRK, a fresh secret, {7 or 4}, 11, 12. The values
 * are those from before the fence, confirmed by the event log; a recovery boot's are put right. Where the image's vendor
 * signs policies, one under that signature and 7, 12 comes too; and alone, if the vendor counts generations: a literal one
 * would open this image for ever, also when it is long too old. */
ES_MUST_CHECK enum es_reason es_host_seal(struct es_host *host, struct es_info *info,
					  const struct es_secret *config_key);
/* The same, but the literal protectors of that purpose stay. */
ES_MUST_CHECK enum es_reason es_host_reseal_keeping(struct es_host *host, struct es_info *info,
						  const struct es_secret *config_key, const char *purpose);

/* The values of pcrs in the next boot if nothing changes, confirmed by the event log, a recovery boot's put right. In PCR 12
 * what firmware hands over is as it is now. ES_NEXT_UNKNOWN: there is something for which the stub will shut the seal. */
ES_MUST_CHECK enum es_reason es_host_expected_pcrs(struct es_host *host, es_pcr_mask pcrs, struct es_pcr_values *ret);

/* One more protector, literal, for a boot with these values; `purpose` as in es_protector. Protectors of another SRK go: nothing
 * opens them any more, and the helper pins the first one's. */
ES_MUST_CHECK enum es_reason es_host_add_seal(struct es_host *host, struct es_info *info,
					       const struct es_secret *config_key, const struct es_pcr_values *expected,
					       const char *purpose);

#endif
