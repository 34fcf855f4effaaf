/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/testlib/loopback.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

static int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		perror("socket");
		abort();
	}
	return fd;
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static bool bind_to(int fd, uint16_t port)
{
	const struct sockaddr_in a = loopback(port);

	return bind(fd, (const struct sockaddr *)&a, sizeof a) == 0;
}

/* Below the range from which the kernel takes the ports of clients: one of those could slip in between, and thousands of them
 * linger after a test that connects often. */
enum { PORTS_FROM = 10000, PORTS_TO = 32000 };

uint16_t es_loopback_free_pair(void)
{
	for (unsigned try = 0; try < 1000; try++) {
		int first = tcp_socket(), second = tcp_socket();
		uint16_t port = 0;
		bool taken;

		if (getrandom(&port, sizeof port, 0) != sizeof port)
			abort();
		port = (uint16_t)(PORTS_FROM + port % (PORTS_TO - PORTS_FROM));
		taken = !bind_to(first, port) || !bind_to(second, (uint16_t)(port + 1));
		close(first);
		close(second);
		if (!taken)
			return port;
	}
	fputs("no two free ports\n", stderr);
	abort();
}

int es_loopback_listen(uint16_t port)
{
	int fd = tcp_socket(), on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 && bind_to(fd, port) && listen(fd, 16) == 0)
		return fd;
	close(fd);
	return -1;
}

int es_loopback_connect(uint16_t port)
{
	const struct sockaddr_in a = loopback(port);
	int fd = tcp_socket();

	if (connect(fd, (const struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	close(fd);
	return -1;
}
