/* SPDX-License-Identifier: Apache-2.0 */
/* TPM 2.0 Library Part 3, 22.2, with an empty password session (Part 1, 19.4). */
#include "keys/tests/lib/extend.h"

#include "keys/core/span.h"
#include "keys/tests/lib/loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { EXTEND_LEN = 65 };

void es_swtpm_extend(const struct es_swtpm *s, unsigned pcr, const struct es_digest *digest)
{
	static const uint8_t head[] = { 0x80, 0x02, 0, 0, 0, EXTEND_LEN, 0, 0, 0x01, 0x82, 0, 0, 0 };
	static const uint8_t password[] = { 0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 0, 0, 0 };
	static const uint8_t one_sha256[] = { 0, 0, 0, 1, 0, 0x0b };
	uint8_t command[EXTEND_LEN], answer[64];
	uint8_t *at = command;
	size_t got = 0;
	int fd = es_loopback_connect(es_swtpm_port(s));

	assert_true(fd >= 0);
	at = (uint8_t *)memcpy(at, head, sizeof head) + sizeof head;
	*at++ = (uint8_t)pcr;
	at = (uint8_t *)memcpy(at, password, sizeof password) + sizeof password;
	at = (uint8_t *)memcpy(at, one_sha256, sizeof one_sha256) + sizeof one_sha256;
	memcpy(at, digest->bytes, sizeof digest->bytes);
	assert_int_equal(send(fd, command, sizeof command, MSG_NOSIGNAL), sizeof command);
	while (got < 10) {
		ssize_t n = read(fd, answer + got, sizeof answer - got);

		assert_true(n > 0);
		got += (size_t)n;
	}
	close(fd);
	assert_memory_equal(answer + 6, "\0\0\0\0", 4);
}
