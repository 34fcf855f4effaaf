/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without the stub: the banks on the partition that etcseal.device= names. The kernel's file system code then reads,
 * before the fence, what an attacker may have written; with the stub it doesn't.
 */
#ifndef ES_INITRD_DEVICE_H
#define ES_INITRD_DEVICE_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stddef.h>

enum { ES_DEVICE_WAIT_MS = 30000 };

/* Waits for the device, mounts it read-only without attaching it anywhere, and opens the etcseal folder on it (or
 * beneath boot/). The caller closes *ret_fd, which keeps the mount alive; -1: the partition has no such folder.
 * ret_detail: words for a failure. */
struct es_device_request {
	const char *name; /* UUID=…, PARTUUID=…, /dev/… */
	int wait_ms;
};
ES_MUST_CHECK enum es_reason es_device_banks(const struct es_device_request *request, int *ret_fd, char *ret_detail,
					     size_t detail_cap);

#endif
