/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few C library functions that the compiler and keys/core call. Only for firmware; the flags of the build keep
 * these loops from being turned into calls to themselves.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Copies forwards, by words if both alignments allow it: images and initrds are tens of megabytes. */
static void copy(uint8_t *d, const uint8_t *s, size_t len)
{
	if (((uintptr_t)d | (uintptr_t)s) % sizeof(uint64_t) == 0)
		for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
			*(uint64_t __attribute__((may_alias)) *)d = *(const uint64_t __attribute__((may_alias)) *)s;
			d += sizeof(uint64_t);
			s += sizeof(uint64_t);
		}
	while (len-- > 0)
		*d++ = *s++;
}

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	copy(to, from, len);
	return to;
}

void *memmove(void *to, const void *from, size_t len)
{
	uint8_t *d = to;
	const uint8_t *s = from;

	if ((uintptr_t)d - (uintptr_t)s >= len) {
		copy(d, s, len);
		return to;
	}
	while (len-- > 0)
		d[len] = s[len];
	return to;
}

void *memset(void *to, int value, size_t len)
{
	uint8_t *d = to;
	uint64_t word = (uint8_t)value * 0x0101010101010101ull;

	if ((uintptr_t)d % sizeof(uint64_t) == 0)
		for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
			*(uint64_t __attribute__((may_alias)) *)d = word;
			d += sizeof(uint64_t);
		}
	while (len-- > 0)
		*d++ = (uint8_t)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < len; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

size_t strlen(const char *text)
{
	size_t n = 0;

	while (text[n] != '\0')
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t len)
{
	for (; len > 0; len--, a++, b++)
		if (*a != *b || *a == '\0')
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

void *memchr(const void *data, int value, size_t len)
{
	const uint8_t *d = data;

	for (size_t i = 0; i < len; i++)
		if (d[i] == (uint8_t)value)
			return (void *)(uintptr_t)(d + i);
	return NULL;
}
