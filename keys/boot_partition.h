/* SPDX-License-Identifier: Apache-2.0 */
/* Where the boot partition is mounted: the one that the boot image came from, if that is known. */
#ifndef ES_BOOT_PARTITION_H
#define ES_BOOT_PARTITION_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/store/archive.h"

/* asked: a folder to take as it is, or NULL: the first of /efi, /boot/efi, /boot that is a mounted FAT file system and is
 * partition device_uuid ("": any). ES_NO_BOOT_PARTITION; ES_MISSING or ES_ARGUMENT for a bad `asked`. */
ES_MUST_CHECK enum es_reason es_boot_partition_find(const char *asked, const char *device_uuid,
						    char ret_dir[static ES_PATH_TEXT]);

/* Where one is mounted, usually, by number from 0; NULL: there are no more. */
const char *es_boot_partition_place(unsigned number);

#endif
