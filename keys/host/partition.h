/* SPDX-License-Identifier: Apache-2.0 */
/* Where the boot partition is mounted: the one that the boot image came from, if that is known. */
#ifndef ES_BOOT_PARTITION_H
#define ES_BOOT_PARTITION_H

#include "keys/archive/archive.h"
#include "keys/core/reason.h"
#include "keys/core/scope.h"

struct es_boot_partition_request {
	const char *asked;       /* a folder to take without a search, or NULL */
	const char *device_uuid; /* the partition that the image came from; "": not known */
	const char *root;        /* the prefix of every path; "" except in tests */
};

struct es_boot_partition {
	char dir[ES_PATH_TEXT];
	/* ES_NO_BOOT_PARTITION, ES_OTHER_BOOT_PARTITION: what was found instead. ES_OK: the other device that shows it,
	 * if any */
	char detail[256];
};

/* The first of /efi, /boot/efi, /boot that is a mounted FAT file system and shows that partition: it may be mounted
 * through an array or a mapping that the partition is a member of. ES_OTHER_BOOT_PARTITION: only other ones are
 * mounted; ES_NO_BOOT_PARTITION: none is mounted; ES_MISSING or ES_ARGUMENT for a bad `asked`. *ret->detail is always
 * written. */
ES_MUST_CHECK enum es_reason es_boot_partition_find(const struct es_boot_partition_request *request,
						    struct es_boot_partition *ret);

/* A usual mount point of boot partitions, by number from 0; NULL: there are no more. */
const char *es_boot_partition_place(unsigned number);

#endif
