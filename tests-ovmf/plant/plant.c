/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plant VARS.fd NAME GUID ATTRIBUTES FILE: puts a variable into a machine's firmware, as if it had been written there
 * long ago: shim's lists of keys, say, that only its own manager may write. An older one of that name is marked as
 * deleted. edk2, MdeModulePkg/Include/Guid/VariableFormat.h: authenticated variables.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	VOLUME_HEADER_LEN_AT = 48, /* of the firmware volume; the store's header comes after it */
	STORE_SIZE_AT = 16,
	STORE_HEADER = 28,
	START_ID = 0x55aa,
	ADDED = 0x3f,
	DELETED = 0x3c,
	HEADER = 60,
	NAME_SIZE_AT = 36,
	DATA_SIZE_AT = 40,
	GUID_AT = 44,
};

struct bytes {
	uint8_t *data;
	size_t len;
};

static struct bytes read_file(const char *path)
{
	struct bytes b = { NULL, 0 };
	FILE *f = fopen(path, "rb");
	long len;

	if (!f || fseek(f, 0, SEEK_END) != 0 || (len = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0)
		err(1, "%s", path);
	b.data = malloc((size_t)len + 1);
	b.len = (size_t)len;
	if (!b.data || fread(b.data, 1, b.len, f) != b.len)
		err(1, "%s", path);
	fclose(f);
	return b;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* The first three parts of a GUID are numbers, low byte first. */
static void parse_guid(const char *text, uint8_t ret[static 16])
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned n = 0, byte;

	for (; *text != '\0' && n < 16; n++) {
		text += *text == '-';
		if (sscanf(text, "%2x", &byte) != 1)
			break;
		ret[order[n]] = (uint8_t)byte;
		text += 2;
	}
	if (n != 16 || *text != '\0')
		errx(1, "a GUID is 32 hex digits");
}

struct variable {
	uint8_t bytes[1 << 18];
	size_t len, name_len;
};

static void make(struct variable *v, char **words, struct bytes value)
{
	v->name_len = 2 * (strlen(words[0]) + 1);
	v->len = HEADER + v->name_len + value.len;
	if (v->len > sizeof v->bytes)
		errx(1, "too large");
	v->bytes[0] = START_ID & 0xff;
	v->bytes[1] = START_ID >> 8;
	v->bytes[2] = ADDED;
	put_le32(v->bytes + 4, (uint32_t)strtoul(words[2], NULL, 0));
	put_le32(v->bytes + NAME_SIZE_AT, (uint32_t)v->name_len);
	put_le32(v->bytes + DATA_SIZE_AT, (uint32_t)value.len);
	parse_guid(words[1], v->bytes + GUID_AT);
	for (size_t i = 0; words[0][i] != '\0'; i++)
		v->bytes[HEADER + 2 * i] = (uint8_t)words[0][i];
	memcpy(v->bytes + HEADER + v->name_len, value.data, value.len);
}

/* Where the next variable may stand, older ones of the name deleted. */
static size_t find_end(struct bytes store, size_t at, const struct variable *v)
{
	while (at + HEADER <= store.len && (store.data[at] | store.data[at + 1] << 8) == START_ID) {
		uint8_t *h = store.data + at;
		size_t name = le32(h + NAME_SIZE_AT), data = le32(h + DATA_SIZE_AT);

		if (name > store.len || data > store.len || at + HEADER + name + data > store.len)
			errx(1, "the store is damaged");
		if (h[2] == ADDED && name == v->name_len && memcmp(h + GUID_AT, v->bytes + GUID_AT, 16) == 0 &&
		    memcmp(h + HEADER, v->bytes + HEADER, name) == 0)
			h[2] = DELETED;
		at = (at + HEADER + name + data + 3) & ~(size_t)3;
	}
	return at;
}

int main(int argc, char **argv)
{
	static struct variable v;
	struct bytes store, value;
	size_t volume, at;
	FILE *f;

	if (argc != 6)
		errx(2, "usage: plant VARS.fd NAME GUID ATTRIBUTES FILE");
	store = read_file(argv[1]);
	value = read_file(argv[5]);
	if (store.len < 4096)
		errx(1, "%s isn't a store of variables", argv[1]);
	volume = store.data[VOLUME_HEADER_LEN_AT] | (size_t)store.data[VOLUME_HEADER_LEN_AT + 1] << 8;
	if (volume + STORE_HEADER > store.len || volume + le32(store.data + volume + STORE_SIZE_AT) > store.len)
		errx(1, "%s isn't a store of variables", argv[1]);
	make(&v, argv + 2, value);
	at = find_end(store, volume + STORE_HEADER, &v);
	if (at + v.len > volume + le32(store.data + volume + STORE_SIZE_AT))
		errx(1, "%s is full", argv[1]);
	memcpy(store.data + at, v.bytes, v.len);
	f = fopen(argv[1], "wb");
	if (!f || fwrite(store.data, 1, store.len, f) != store.len || fclose(f) != 0)
		err(1, "%s", argv[1]);
	return 0;
}
