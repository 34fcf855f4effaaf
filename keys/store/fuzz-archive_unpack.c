/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tar, packed here (a fuzzer would never get through a compressor), or with a first byte of 0xff the frame itself.
 * Whatever becomes of it: nothing comes to be beside the tree, no setuid bit, no device but whiteouts; and what was
 * unpacked can be packed.
 */
#include "keys/store/archive.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)type;
	/* the folder holds the tree, and the tree what the manifest covers */
	if (at->level == 1 && strcmp(path + at->base, "tree") != 0)
		abort();
	if ((st->st_mode & S_ISUID) != 0 || ((st->st_mode & S_ISGID) != 0 && !S_ISDIR(st->st_mode)))
		abort();
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode) && !S_ISLNK(st->st_mode) &&
	    !(S_ISCHR(st->st_mode) && st->st_rdev == 0))
		abort();
	return 0;
}

static int wipe(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* Headers whose checksum is wrong would be all that a fuzzer ever makes. */
static void mend_checksums(struct es_buf *tar)
{
	for (size_t at = 0; at + 512 <= tar->len; at += 512) {
		uint8_t *block = tar->data + at;
		char text[8];
		unsigned sum = 0;

		if (memcmp(block + 257, "ustar", 5) != 0)
			continue;
		memset(block + 148, ' ', 8);
		for (int i = 0; i < 512; i++)
			sum += block[i];
		snprintf(text, sizeof text, "%06o", sum);
		memcpy(block + 148, text, 7);
	}
}

static struct es_buf pack(const uint8_t *data, size_t size)
{
	struct es_buf b = { NULL, 0 };
	ES_BUF tar = { NULL, 0 };

	if (es_buf_copy((struct es_span){ data, size }, &tar) != ES_OK ||
	    es_buf_new(ZSTD_compressBound(size), &b) != ES_OK)
		abort();
	mend_checksums(&tar);
	b.len = ZSTD_compress(b.data, b.len, tar.data, tar.len, 1);
	return b;
}

static void check_packing(int fd, const struct es_manifest *m)
{
	ES_BUF again = { NULL, 0 };
	struct es_pack_report report;
	struct es_manifest read;

	if (es_archive_pack(fd, m, &again, &report) != ES_OK || report.skipped != 0 || report.stripped != 0 ||
	    es_archive_manifest(es_buf_span(&again), &read) != ES_OK || read.generation != m->generation)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char folder[] = "/dev/shm/etcseal-fuzz.XXXXXX", tree[64];
	bool raw = size > 0 && data[0] == 0xff;
	ES_BUF packed = { NULL, 0 };
	struct es_span in = { data + 1, size - 1 };
	struct es_manifest m;
	struct es_unpack_report report;
	int fd;

	if (!raw) {
		packed = pack(data, size);
		in = es_buf_span(&packed);
	}
	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(tree, sizeof tree, "%s/tree", folder);
	if (mkdir(tree, 0700) < 0 || (fd = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		abort();
	if (es_archive_unpack(in, fd, &m, &report) == ES_OK)
		check_packing(fd, &m);
	close(fd);
	if (nftw(folder, look, 8, FTW_PHYS) < 0 || nftw(folder, wipe, 8, FTW_PHYS | FTW_DEPTH) < 0)
		abort();
	return 0;
}
