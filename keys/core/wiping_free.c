/* SPDX-License-Identifier: Apache-2.0 */
/*
 * free() and realloc() of every program that the library is linked into: they wipe what is given back. The configuration
 * passes through buffers that others allocate and free: libarchive, zstd, json-c, libcrypto, tpm2-tss, and the C library
 * itself (stdio, directories). All of them, linked statically or not, call the program's free() before glibc's own, to
 * which these hand on. mallopt(M_PERTURB) would be less code, but leaves small pieces (those that go to a thread's cache)
 * as they were.
 *
 * It doesn't reach what is never freed, nor the stack: keys/core/wipe_stack.h.
 */
#include "keys/core/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#define FEATURE(name) __has_feature(name)
#else
#define FEATURE(name) 0
#endif

/* AddressSanitizer has an allocator of its own, which would be given pieces that aren't its. */
#if !defined(__SANITIZE_ADDRESS__) && !FEATURE(address_sanitizer)

/* glibc's own, under the names that it has for programs that replace the others. */
extern void __libc_free(void *piece);
extern void *__libc_realloc(void *piece, size_t len);

void free(void *piece)
{
	if (piece != NULL)
		es_wipe(piece, malloc_usable_size(piece));
	__libc_free(piece);
}

/* Never where glibc would move it: its old place would be left as it was. */
void *realloc(void *piece, size_t len)
{
	size_t had = piece != NULL ? malloc_usable_size(piece) : 0;
	void *moved;

	if (piece == NULL)
		return malloc(len);
	if (len == 0) {
		free(piece);
		return NULL;
	}
	if (len <= had) {
		es_wipe((char *)piece + len, had - len);
		return __libc_realloc(piece, len);
	}
	moved = malloc(len);
	if (moved == NULL)
		return NULL;
	memcpy(moved, piece, had);
	free(piece);
	return moved;
}

#endif
