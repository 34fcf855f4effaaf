/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_UNSAFE_PATH_H
#define ES_TOOLS_UNSAFE_PATH_H

#include "keys/store/path.h"
#include "tools/verb.h"

/* es_fail for a reason from keys/store/path.h: for an unsafe path it names the part, its owner, and what to do. */
enum es_exit es_fail_path(const struct es_args *args, enum es_reason reason, const char *path,
			  const struct es_path_fault *fault);

/* Opens a key file for reading. ES_EXIT_DONE; otherwise it has reported the failure. The caller closes *ret_fd. */
enum es_exit es_key_file_open(const struct es_args *args, const char *path, int *ret_fd);

#endif
