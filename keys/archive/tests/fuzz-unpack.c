/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers: unpack.c make.c member.c stream.c xattr.c manifest.c place.c
 *
 * The first byte says what follows: a description of a tar (keys/tests/lib/fuzz/tar_words.h), the frame itself (0xff),
 * or the tar itself. In any case nothing is created beside the tree, there is no setuid bit and no device but
 * whiteouts, and the unpacked tree can be packed.
 *
 * One tree is used for all inputs, and emptied after each: making trees, and compressing, took most of the time.
 */
#include "keys/archive/archive.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/fuzz/tar_words.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTION_BELOW = 0x20, FRAME = 0xff, FRAME_MAX = 4096 /* a larger one may be a bomb that takes seconds */ };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	char folder[32];
	int above, tree;
	struct stat as_made; /* the folder above, when it contained only the tree */
} place;

static void remove_place(void)
{
	(void)unlinkat(place.above, "tree", AT_REMOVEDIR);
	(void)rmdir(place.folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	strcpy(place.folder, "/dev/shm/etcseal-fuzz.XXXXXX");
	if (mkdtemp(place.folder) == NULL ||
	    (place.above = open(place.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    mkdirat(place.above, "tree", 0700) < 0 ||
	    (place.tree = openat(place.above, "tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    fstat(place.above, &place.as_made) < 0)
		abort();
	atexit(remove_place);
	return 0;
}

static void check_one(const struct stat *st)
{
	if ((st->st_mode & S_ISUID) != 0 || ((st->st_mode & S_ISGID) != 0 && !S_ISDIR(st->st_mode)))
		abort();
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode) && !S_ISLNK(st->st_mode) &&
	    !(S_ISCHR(st->st_mode) && st->st_rdev == 0))
		abort();
}

/* Checks everything in the folder, and removes it. */
static void empty(int fd)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fdopendir(own);
	const struct dirent *e;
	struct stat st;

	if (dir == NULL)
		abort();
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			abort();
		check_one(&st);
		if (S_ISDIR(st.st_mode)) {
			int sub = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			empty(sub);
			close(sub);
		}
		if (unlinkat(fd, e->d_name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) < 0)
			abort();
	}
	closedir(dir);
}

/* Nothing was added to the folder that the tree is in, and nothing left it. */
static void check_beside(void)
{
	struct stat st;

	/* The size of a tmpfs folder counts its names. */
	if (fstat(place.above, &st) < 0 || st.st_mtim.tv_sec != place.as_made.st_mtim.tv_sec ||
	    st.st_mtim.tv_nsec != place.as_made.st_mtim.tv_nsec || st.st_size != place.as_made.st_size)
		abort();
}

static void check_packing(const struct es_manifest *m, bool whole)
{
	ES_BUF again = { NULL, 0 };
	struct es_pack_report hashed, packed;
	struct es_manifest read;

	if (es_archive_hash(place.tree, m, &hashed) != ES_OK || hashed.skipped != 0 || hashed.stripped != 0)
		abort();
	/* Setting up the compressor takes long, so packing is tried only now and then. */
	if (whole &&
	    (es_archive_pack(place.tree, m, &again, &packed) != ES_OK || !es_digest_equal(&packed.tree, &hashed.tree) ||
	     es_archive_manifest(es_buf_span(&again), &read) != ES_OK || read.generation != m->generation))
		abort();
}

static struct es_buf make_frame(struct es_span input)
{
	TAR_IMAGE tar = { .len = 0 };
	ES_BUF mended = { NULL, 0 };
	struct es_reader in = { .in = input, .pos = 1 };

	if (input.data[0] < DESCRIPTION_BELOW) {
		fuzz_tar(&in, &tar);
		return fuzz_frame((struct es_span){ tar.tar.data, tar.len });
	}
	fuzz_mend_checksums(input, &mended);
	return fuzz_frame(es_buf_span(&mended));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_unpack_report report = { 0 };
	ES_BUF frame = { NULL, 0 };
	struct es_span in = { data + 1, size - 1 };
	struct es_digest d;
	struct es_manifest m;

	if (size == 0 || (data[0] == FRAME && size > FRAME_MAX))
		return 0;
	if (data[0] != FRAME) {
		frame = make_frame((struct es_span){ data, size });
		in = es_buf_span(&frame);
	}
	if (es_archive_unpack(in, place.tree, &m, &report) == ES_OK) {
		if (!es_sha256(&in, 1, &d))
			abort();
		check_packing(&m, d.bytes[0] == 0);
	}
	empty(place.tree);
	check_beside();
	return 0;
}
