/* SPDX-License-Identifier: Apache-2.0 */
/* A boot entry of the firmware: EFI_LOAD_OPTION, UEFI specification 2.10, section 3.1.3. Untrusted input. */
#ifndef ES_CORE_LOAD_OPTION_H
#define ES_CORE_LOAD_OPTION_H

#include "keys/core/device_path.h"

enum { ES_LOAD_OPTION_NAME = 64 };

struct es_load_option {
	bool active;                    /* the boot manager may start it without being asked */
	char name[ES_LOAD_OPTION_NAME]; /* printable ASCII, cut off where it is longer */
	char file[ES_PROGRAM_PATH];     /* as es_device_path_file has it; "": it names no file */
	struct es_span options;         /* what the program is given, in place; may hold a recovery key */
};

/* A variable's value, without its attributes. False: it isn't one. */
bool es_load_option_read(struct es_span value, struct es_load_option *ret);

#endif
