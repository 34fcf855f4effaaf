/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/loopback.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
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

/* Below the range from which the kernel takes client ports: one of those could slip in between, and thousands of them
 * linger after a test that connects often. */
enum { PORTS_FROM = 10000, PORTS_TO = 32000 };

/* An even port and the next one, so that no two pairs overlap; 0 if the kernel's choice has no free neighbour. */
static uint16_t try_pair(void)
{
	struct sockaddr_in a;
	socklen_t len = sizeof a;
	int any = tcp_socket(), first = tcp_socket(), second = tcp_socket();
	uint16_t port = 0;

	if (bind_to(any, 0) && getsockname(any, (struct sockaddr *)&a, &len) == 0) {
		port = ntohs(a.sin_port) & 0xfffe;
		close(any);
		any = -1;
		if (!bind_to(first, port) || !bind_to(second, (uint16_t)(port + 1)))
			port = 0;
	}
	if (any >= 0)
		close(any);
	close(first);
	close(second);
	return port;
}

/* A name in the abstract namespace disappears with the process that holds it. */
static int claim(uint16_t port)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int n = snprintf(a.sun_path + 1, sizeof a.sun_path - 1, "etcseal-test-ports-%u", port);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&a,
			    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

uint16_t es_loopback_claim_pair(int *ret_claim)
{
	for (unsigned try = 0; try < 200; try++) {
		uint16_t port = try_pair();
		int fd = port != 0 ? claim(port) : -1;

		if (fd >= 0) {
			*ret_claim = fd;
			return port;
		}
	}
	fputs("no two free ports\n", stderr);
	abort();
}

uint16_t es_loopback_free_pair(void)
{
	int fd;
	uint16_t port = es_loopback_claim_pair(&fd);

	close(fd);
	return port;
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
