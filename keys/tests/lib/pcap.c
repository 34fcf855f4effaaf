/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/pcap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAP = 1 << 20, BLOCK_PACKET = 6 };

static size_t slurp(const char *path, uint8_t *to)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL) {
		perror(path);
		abort();
	}
	n = fread(to, 1, CAP, f);
	fclose(f);
	return n;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Commands and answers alternate. */
static void packet(const uint8_t *data, size_t len, unsigned nth, struct pcap_summary *s)
{
	size_t ip = len >= 20 ? (data[0] & 15u) * 4u : 0;
	size_t tcp = ip > 0 && len >= ip + 20 ? (data[ip + 12] >> 4) * 4u : 0;

	if (tcp == 0 || len < ip + tcp + 10) {
		fputs("pcap: a packet that isn't one of a TPM's\n", stderr);
		abort();
	}
	if (nth % 2 != 0)
		return;
	if (s->commands < sizeof s->codes / sizeof *s->codes)
		s->codes[s->commands] = be32(data + ip + tcp + 6);
	s->commands++;
}

void pcap_read(const char *path, struct pcap_summary *ret)
{
	uint8_t *file = malloc(CAP);
	size_t len = slurp(path, file);
	unsigned nth = 0;

	memset(ret, 0, sizeof *ret);
	for (size_t at = 0; at + 12 <= len;) {
		uint32_t type = le32(file + at), size = le32(file + at + 4);

		if (size < 12 || size > len - at)
			break;
		if (type == BLOCK_PACKET && size >= 32 && le32(file + at + 20) <= size - 32)
			packet(file + at + 28, le32(file + at + 20), nth++, ret);
		at += size;
	}
	free(file);
}

bool pcap_holds(const char *path, const void *bytes, size_t len)
{
	uint8_t *file = malloc(CAP);
	size_t n = slurp(path, file);
	bool found = memmem(file, n, bytes, len) != NULL;

	free(file);
	return found;
}
