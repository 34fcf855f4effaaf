/* SPDX-License-Identifier: Apache-2.0 */
/* Moving a scoped file descriptor (ES_FD, keys/store/file.h) out of its scope. */
#ifndef ES_INITRD_FD_H
#define ES_INITRD_FD_H

#include "keys/store/file.h"

#include <unistd.h>

static inline int es_fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
