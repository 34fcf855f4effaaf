/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/notify.h"

#include "keys/store/file.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

bool es_notify(const char *state)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path != NULL ? strlen(path) : 0;
	ES_FD fd = -1;

	if (len < 2 || len >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
		return false;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@') /* an abstract socket */
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == (ssize_t)strlen(state);
}
