/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/wait.h"

#include "initrd/fd.h"
#include "keys/core/clock.h"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

enum {
	KERNEL = 1, /* groups of the socket: the kernel's events, and udev's, which come when its links are made */
	UDEV = 2,
	LOOK_AGAIN_MS = 1000, /* without an event too: device nodes may be made without one */
};

static int open_events(void)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = KERNEL | UDEV };
	ES_FD fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return -1;
	return es_fd_take(&fd);
}

bool es_wait_for(es_ready_fn *ready, void *arg, int ms)
{
	/* Before the first check, or an event between the two would be missed. */
	ES_FD events = open_events();
	const uint64_t end = es_monotonic_ms() + (uint64_t)ms;

	while (!ready(arg)) {
		struct pollfd fds = { .fd = events, .events = POLLIN };
		uint64_t now = es_monotonic_ms(), left = now < end ? end - now : 0;
		char event[4096];

		if (left == 0)
			return false;
		(void)poll(&fds, 1, left < LOOK_AGAIN_MS ? (int)left : LOOK_AGAIN_MS);
		/* The content doesn't matter, and anyone may have sent it. */
		while (events >= 0 && recv(events, event, sizeof event, 0) >= 0)
			;
	}
	return true;
}
