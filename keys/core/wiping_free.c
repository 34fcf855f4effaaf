/* SPDX-License-Identifier: Apache-2.0 */
/*
 * free() and realloc() of every program that links the library: they wipe what is given back. The configuration passes
 * through buffers that others allocate and free: libarchive, zstd, jansson, libcrypto, tpm2-tss, and the C library
 * itself (stdio, directories). Linked statically or not, they all call the program's free() instead of glibc's own, to
 * which these functions hand on. mallopt(M_PERTURB) would take less code, but leaves small pieces (those in a thread's
 * cache) as they were.
 *
 * It reaches neither memory that is never freed nor the stack: keys/core/wipe_stack.h.
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

/* AddressSanitizer has its own allocator, and __libc_free would get pieces that aren't glibc's. */
#if !defined(__SANITIZE_ADDRESS__) && !FEATURE(address_sanitizer)

/* glibc's own functions, under the names that it provides for programs that replace free and realloc. */
extern void __libc_free(void *piece);
extern void *__libc_realloc(void *piece, size_t len);

void free(void *piece)
{
	if (piece != NULL)
		es_wipe(piece, malloc_usable_size(piece));
	__libc_free(piece);
}

/* Never lets glibc move the piece: its old place wouldn't be wiped. */
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
