/* SPDX-License-Identifier: Apache-2.0 */
/* The file that a device path names. UEFI specification 2.10, section 10.3, "Device Path Nodes". Untrusted input. */
#ifndef ES_CORE_DEVICE_PATH_H
#define ES_CORE_DEVICE_PATH_H

#include "keys/core/span.h"

#include <stdbool.h>

enum { ES_PROGRAM_PATH = 256 };

/* With slashes: "/EFI/Linux/a.efi". False: it names none, or the name is too long, isn't printable ASCII, or leaves the
 * partition by "..". */
bool es_device_path_file(struct es_span path, char ret[static ES_PROGRAM_PATH]);

#endif
