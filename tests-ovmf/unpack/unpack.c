/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpack FILE: the words "MARKER…" that are in a file or disk image, in the clear or in what is compressed with zstd
 * or gzip, wherever that begins: an initramfs, a boot image, or the blocks that one has left behind. One a line, with
 * how it was found. Of a file that isn't in one piece on the disk only the first piece is found: files that exist are
 * given to it one by one.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { CHUNK = 1 << 20, WORD = 64, WORDS = 64 };
static const char mark[] = "MARKER";

struct found {
	char word[WORDS][WORD];
	size_t count;
};

static void note(struct found *f, const char *how, const uint8_t *at, size_t len)
{
	char word[WORD] = { 0 };
	size_t n = 0;

	while (n < len && n < WORD - 1 && islower(at[n])) {
		word[n] = (char)at[n];
		n++;
	}
	if (n == 0)
		return;
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->word[i], word) == 0)
			return;
	if (f->count < WORDS)
		strcpy(f->word[f->count++], word);
	printf("%s %s\n", how, word);
}

static void search(struct found *f, const char *how, const uint8_t *data, size_t len)
{
	const uint8_t *at = data, *end = data + len;

	while ((at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)) != NULL) {
		at += sizeof mark - 1;
		note(f, how, at, (size_t)(end - at));
	}
}

struct stream {
	struct found *found;
	uint8_t *out; /* CHUNK, and what is kept of the chunk before */
	size_t kept;
};
enum { KEPT = WORD + sizeof mark };

static void look(struct stream *s, size_t len)
{
	search(s->found, "packed", s->out, len);
	s->kept = len < KEPT ? len : KEPT;
	memmove(s->out, s->out + len - s->kept, s->kept);
}

static void unpack_zstd(struct stream *s, const uint8_t *data, size_t len)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_inBuffer in = { data, len, 0 };
	size_t left = 1;

	while (z != NULL && left != 0) {
		ZSTD_outBuffer to = { s->out, CHUNK + s->kept, s->kept };
		size_t before = in.pos, kept = s->kept;

		left = ZSTD_decompressStream(z, &to, &in);
		if (ZSTD_isError(left) || (in.pos == before && to.pos == kept))
			break;
		look(s, to.pos);
	}
	ZSTD_freeDStream(z);
}

static void unpack_gzip(struct stream *s, const uint8_t *data, size_t len)
{
	z_stream z = { .next_in = (uint8_t *)data, .avail_in = len > UINT32_MAX ? UINT32_MAX : (unsigned)len };
	int status = inflateInit2(&z, 15 + 16);

	while (status == Z_OK) {
		z.next_out = s->out + s->kept;
		z.avail_out = CHUNK;
		status = inflate(&z, Z_NO_FLUSH);
		look(s, (size_t)(z.next_out - s->out));
	}
	inflateEnd(&z);
}

static void unpack_all(struct found *found, const uint8_t *data, size_t len)
{
	static const struct {
		uint8_t magic[4];
		size_t len;
		void (*unpack)(struct stream *, const uint8_t *, size_t);
	} kinds[] = { { { 0x28, 0xb5, 0x2f, 0xfd }, 4, unpack_zstd }, { { 0x1f, 0x8b, 8 }, 3, unpack_gzip } };
	const uint8_t *at, *end = data + len;
	struct stream s = { .found = found, .out = malloc(CHUNK + KEPT) };

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0] && s.out != NULL; k++) {
		at = data;
		while ((at = memmem(at, (size_t)(end - at), kinds[k].magic, kinds[k].len)) != NULL) {
			s.kept = 0;
			kinds[k].unpack(&s, at, (size_t)(end - at));
			at++;
		}
	}
	free(s.out);
}

int main(int argc, char **argv)
{
	struct found raw = { .count = 0 }, packed = { .count = 0 };
	const uint8_t *data;
	struct stat st;
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 2;
	if (st.st_size == 0)
		return 0;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return 2;
	search(&raw, "clear", data, (size_t)st.st_size);
	unpack_all(&packed, data, (size_t)st.st_size);
	return 0;
}
