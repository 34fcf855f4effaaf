/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kcore TEXT: how often TEXT is in this machine's RAM, by /proc/kcore, as root of whatever runs may read it. TEXT comes
 * with the lowest bit of each byte flipped, so that neither this program nor the script that calls it holds what is
 * searched for.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 20, SEGMENTS_MAX = 64 };

static bool here(const unsigned char *at, const char *flipped, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] != (unsigned char)(flipped[i] ^ 1))
			return false;
	return true;
}

static unsigned long count(const unsigned char *data, size_t size, const char *flipped, size_t len)
{
	unsigned long n = 0;

	for (size_t i = 0; i + len <= size; i++)
		if (data[i] == (unsigned char)(flipped[0] ^ 1) && here(data + i, flipped, len))
			n++;
	return n;
}

int main(int argc, char **argv)
{
	Elf64_Phdr segments[SEGMENTS_MAX];
	Elf64_Ehdr head;
	unsigned long n = 0;
	unsigned char *block = malloc(BLOCK);
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);

	if (argc != 2 || block == NULL || fd < 0 || pread(fd, &head, sizeof head, 0) != sizeof head ||
	    head.e_phnum > SEGMENTS_MAX)
		return 1;
	if (pread(fd, segments, head.e_phnum * sizeof *segments, (off_t)head.e_phoff) < (ssize_t)sizeof *segments)
		return 1;
	for (unsigned i = 0; i < head.e_phnum; i++) {
		/* The map of all RAM; not what the kernel has mapped once more elsewhere. */
		if (segments[i].p_type != PT_LOAD || segments[i].p_paddr == (Elf64_Addr)-1)
			continue;
		for (Elf64_Xword at = 0; at < segments[i].p_filesz; at += BLOCK) {
			Elf64_Xword left = segments[i].p_filesz - at;
			ssize_t got = pread(fd, block, left < BLOCK ? left : BLOCK, (off_t)(segments[i].p_offset + at));

			if (got > 0)
				n += count(block, (size_t)got, argv[1], strlen(argv[1]));
		}
	}
	memset(block, 0, BLOCK);
	printf("%lu\n", n);
	return 0;
}
