/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole machine for the facade's tests: a TPM, a boot partition, a run folder, firmware that measures what the test
 * says, and the boot helper's steps. tests-ovmf shows what the real firmware, kernel and helper do.
 */
#ifndef ES_TESTLIB_MACHINE_H
#define ES_TESTLIB_MACHINE_H

#include "keys/host/host.h"
#include "keys/opening/opening.h"
#include "keys/tests/lib/swtpm.h"

/* What a boot measures, and how; tests change it between boots. */
struct machine_boot {
	const char *boot_loader, *secure_boot; /* data of an event in PCR 4 and 7, before the image; NULL: none */
	/* The boot image: its file is written to the boot partition, its hash goes into PCR 4 as a program's, and its
	 * sections into PCR 11. It is either made here, with these options, or a file of the test's; NULL and no data:
	 * none. */
	const char *image;
	struct es_span file;
	/* The key that signs the image (unless the file is signed already) and is in db: its certificate goes into PCR
	 * 7 before the image. NULL: the image isn't signed, and nothing vouches for it. */
	const char *vouched_by;
	bool unlogged;        /* PCR 7 contains something that isn't in the event log */
	bool secure_boot_off; /* the variable SecureBoot is 0 in PCR 7, not 1 */
	bool shim;            /* shim takes part, after what precedes the image … */
	bool shim_off;        /* … but checks nothing: MokSBState is 1 */
	const char *options;  /* PCR 12, from outside; NULL: none */
	bool recovery;        /* the stub saw a recovery key */
	enum es_measured measured;
	const char *driver; /* PCR 2; NULL: none */
	const char *pins;   /* the image's options, such as etcseal.srk=; NULL: none */
	bool consent;       /* someone at the console agrees to what is asked */
	enum es_reason no_automatic;
	bool old_stub;             /* as in 0.1.0: it ignores what firmware hands over */
	struct es_span boot_order; /* BootOrder, in PCR 1; no data: it isn't measured */
};
extern const struct machine_boot machine_usual_boot;

#define MACHINE_IMAGE "/EFI/image.efi"    /* on its boot partition */
#define MACHINE_DBX   "what is forbidden" /* in PCR 7, if Secure Boot is on */

struct machine {
	struct es_swtpm *tpm; /* NULL: none */
	char folder[64];      /* temporary; contains boot/ run/ firmware/ log options uuid */
	char boot_dir[96], run_dir[96], log_path[96], uuid_path[96], firmware_dir[96], options_path[96], power_dir[96];
	char efivars[128]; /* below firmware_dir */
	char key_name[64];
	const char *options;   /* the kernel's, as the running host sees them */
	const char *smbios[4]; /* OEM strings; NULL: no more */
	bool may_remove;       /* the last boot found that adopted files may be removed */
	int handed_over;       /* what the boot's stub reports about such options */
	const char *uuid;
	/* Sections .pcrpkey (of an image that is made here) and .pcrsig of the image; no data: it has none. The test
	 * owns them. */
	struct es_span public_key, signature;
	const char *ima_count; /* as in the request of an opening */
	/* If not NULL: returns the TCTI for the TPM, and is called for each boot and each command. */
	const char *(*way)(struct machine *m);
	void *way_arg;
};

void machine_start(struct machine *m, bool with_tpm);
void machine_stop(struct machine *m);
/* What the kernel reports about hibernation in /sys/power/disk; initially a kernel built without it. */
void machine_hibernation(const struct machine *m, const char *modes);
/* Removes the host's keys from the kernel's keyring, if there are any. */
void machine_drop_keys(struct machine *m);

/* Power cycle and firmware: what a boot has measured before any program of ours runs in the kernel. */
void machine_power_on(struct machine *m, const struct machine_boot *boot);
/* That, and the helper: what etcseal-boot does, with recovery_text or NULL. Returns the result of es_opening_key or, if
 * that was ES_OK, of es_opening_unpack; *ret_record is the boot.json that it left. */
enum es_reason machine_boot(struct machine *m, const struct machine_boot *boot, const char *recovery_text,
			    struct es_boot_record *ret_record);
/* Opens the running host as the command does; the test fails if it can't. */
struct es_host *machine_host(struct machine *m);
/* es_host_init with default paths; ret_recovery gets the recovery key's text (ES_RECOVERY_TEXT_LEN + 1). */
enum es_reason machine_init(struct machine *m, bool kdf, char *ret_recovery);
/* es_host_set_mode and its second step, as a command does it. If the keys were changed, ret_recovery (or NULL) gets the
 * new recovery key's text. */
enum es_reason machine_set_mode(struct es_host *host, enum es_mode mode, char *ret_recovery);

/* What firmware hands over from now on: the running host sees it at once, and each boot measures it. An EFI variable's
 * text, NULL: it is removed. The test owns the OEM strings. */
void machine_set_variable(struct machine *m, const char *id, const char *text);
void machine_publish_strings(struct machine *m);

/* Packs the tree in RAM and commits it, changed or not, and increments the counter. */
enum es_reason machine_backup(struct es_host *host, struct es_pack_report *ret_report);

/* Writes a file in the machine's folder; runs a shell line there and returns its exit status. */
void machine_put(struct machine *m, const char *name, struct es_span data);
int machine_shell(struct machine *m, const char *line);

void machine_write(struct machine *m, const char *path, const char *text); /* below run/ram/tree */
bool machine_has(struct machine *m, const char *path, const char *text);
void machine_bank_path(struct machine *m, unsigned bank, const char *name, char ret[static 128]);

#endif
