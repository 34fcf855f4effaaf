/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_UNSAFE_PATH_H
#define ES_TOOLS_UNSAFE_PATH_H

#include "keys/store/path.h"
#include "tools/verb.h"

/* es_fail for what keys/store/path.h returned: of an unsafe path it names the part, whose it is, and what to do. */
enum es_exit es_fail_path(const struct es_args *args, enum es_reason reason, const char *path,
			  const struct es_path_fault *fault);

/* Opens a file that a key is in, for reading. ES_EXIT_DONE, or it has said what is wrong. */
enum es_exit es_key_file_open(const struct es_args *args, const char *path, int *ret_fd);

#endif
