/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input of an opening: the stub's handover or the banks on a partition, a recovery key from the boot options, and
 * what the kernel knows about the machine and the measured boot. None of it is trusted.
 */
#ifndef ES_INITRD_SOURCES_H
#define ES_INITRD_SOURCES_H

#include "initrd/say.h"
#include "keys/core/buf.h"
#include "keys/core/pins.h"
#include "keys/core/secret.h"
#include "keys/store/boot_record.h"

enum { ES_SOURCE_DETAIL = 200 };

struct es_sources {
	int banks; /* the folder that contains bank0/ and bank1/; -1: none */
	bool stub;
	struct es_handover handover;
	struct es_secret *recovery;      /* text, NUL-terminated; NULL: none was given */
	char product_uuid[ES_UUID_TEXT]; /* lower case, "" if there is none */
	struct es_buf event_log;
	struct es_pins pins;         /* of the boot image's options */
	enum es_reason no_automatic; /* not ES_OK: why nothing may open automatically; details in no_automatic_detail */
	char no_automatic_detail[ES_SOURCE_DETAIL];
	struct es_buf public_key, signature; /* the image's .pcrpkey and .pcrsig; empty if it has none */
	enum es_reason trouble; /* not ES_OK: there may be banks that can't be read; the host isn't unconfigured */
	char detail[ES_SOURCE_DETAIL];
};

#define ES_SOURCES ES_SCOPED(es_sources_free) struct es_sources
#define ES_SOURCES_NONE                                                                                                \
	{                                                                                                              \
		.banks = -1                                                                                            \
	}
void es_sources_free(struct es_sources *s);

/* Where the input is; NULL: its place on a real host. */
struct es_source_paths {
	const char *handover;     /* ES_HANDOVER_DIR */
	const char *cmdline;      /* /proc/cmdline */
	const char *product_uuid; /* /sys/class/dmi/id/product_uuid */
	const char *event_log;    /* /sys/kernel/security/tpm0/binary_bios_measurements */
	const char *power;        /* ES_POWER_DIR */
	int device_wait_ms;       /* 0: ES_DEVICE_WAIT_MS */
};

/* Never fails: what can't be read is missing, or is reported in trouble. */
void es_sources_gather(const struct es_source_paths *paths, const struct es_say *say, struct es_sources *s);

/* handover_in.c: false if there is no handover at all. A missing or malformed boot.json counts as a failed measurement:
 * the seal stays shut, but the recovery key may open. The file with the recovery key is overwritten and removed. */
bool es_handover_take(const char *dir, const struct es_say *say, struct es_sources *s);

/* machine.c */
void es_machine_event_log(const char *event_log, const struct es_say *say, struct es_sources *s);
/* Sets s->no_automatic if the kernel could resume a hibernation image. */
void es_machine_hibernation(const struct es_source_paths *paths, struct es_sources *s);
/* Reads the kernel's options, keeping secrets apart: the recovery key goes to s->recovery, the pins to s->pins (or
 * s->no_automatic if they are malformed). ret_device: the value of etcseal.device=, "" if there is none. */
enum { ES_DEVICE_TEXT = 256 };
ES_MUST_CHECK enum es_reason es_machine_options(const char *cmdline, struct es_sources *s,
						char ret_device[static ES_DEVICE_TEXT]);

#endif
