/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/tests/lib/mock_volume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an open file is; protocol is first, so that self is both. */
struct opened {
	EFI_FILE_PROTOCOL protocol;
	const struct mock_file *file; /* NULL: the root */
	char path[MOCK_PATH];
	size_t pos;
};

static struct mock_volume *volume;

static void fill(EFI_FILE_PROTOCOL *protocol);

static EFI_STATUS EFIAPI open_file(EFI_FILE_PROTOCOL *self, EFI_FILE_PROTOCOL **ret, CHAR16 *name, UINT64 mode,
				   UINT64 attributes)
{
	struct opened *from = (struct opened *)self, *o;
	char path[2 * MOCK_PATH];
	size_t n;

	(void)attributes;
	if (mode != EFI_FILE_MODE_READ)
		return EFI_WRITE_PROTECTED; /* the stub has nothing to write */
	n = (size_t)snprintf(path, sizeof path, "%s%s", from->path, name[0] == '\\' ? "" : "\\");
	for (; *name && n < sizeof path - 1; name++)
		path[n++] = (char)*name;
	path[n] = '\0';
	for (unsigned i = 0; i < volume->count; i++) {
		if (strcmp(volume->files[i].path, path) != 0)
			continue;
		if (EFI_ERROR(volume->files[i].open_fails))
			return volume->files[i].open_fails;
		o = calloc(1, sizeof *o);
		if (!o)
			abort();
		fill(&o->protocol);
		o->file = &volume->files[i];
		strcpy(o->path, volume->files[i].path);
		volume->open++;
		*ret = &o->protocol;
		return EFI_SUCCESS;
	}
	return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI close_file(EFI_FILE_PROTOCOL *self)
{
	volume->open--;
	free(self);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_file(EFI_FILE_PROTOCOL *self, UINTN *size, VOID *to)
{
	struct opened *o = (struct opened *)self;
	size_t n = *size;

	if (!o->file || o->file->folder || o->file->read_fails)
		return EFI_DEVICE_ERROR;
	if (o->file->at_a_time > 0 && n > o->file->at_a_time)
		n = o->file->at_a_time;
	if (n > o->file->len - o->pos)
		n = o->file->len - o->pos;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = o->file->data ? o->file->data[o->pos + i] : (uint8_t)(o->pos + i);
	o->pos += n;
	*size = o->file->read_overshoots ? *size + 1 : n;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_info(EFI_FILE_PROTOCOL *self, EFI_GUID *type, UINTN *size, VOID *to)
{
	struct opened *o = (struct opened *)self;
	EFI_GUID info_guid = EFI_FILE_INFO_ID;
	EFI_FILE_INFO info = { .Size = sizeof info };

	if (!o->file || memcmp(type, &info_guid, sizeof info_guid) != 0)
		return EFI_UNSUPPORTED;
	if (EFI_ERROR(o->file->info_fails))
		return o->file->info_fails;
	if (*size < sizeof info)
		return EFI_BUFFER_TOO_SMALL;
	info.FileSize = o->file->said_len;
	info.Attribute = o->file->folder ? EFI_FILE_DIRECTORY : 0;
	memcpy(to, &info, sizeof info);
	*size = sizeof info;
	return EFI_SUCCESS;
}

static void fill(EFI_FILE_PROTOCOL *protocol)
{
	protocol->Open = open_file;
	protocol->Close = close_file;
	protocol->Read = read_file;
	protocol->GetInfo = get_info;
}

static EFI_STATUS EFIAPI open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *self, EFI_FILE_HANDLE *ret)
{
	struct opened *o;

	(void)self;
	if (EFI_ERROR(volume->open_fails))
		return volume->open_fails;
	o = calloc(1, sizeof *o);
	if (!o)
		abort();
	fill(&o->protocol);
	volume->open++;
	*ret = &o->protocol;
	return EFI_SUCCESS;
}

void mock_volume_start(struct mock_volume *v, struct mock *m)
{
	const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

	*v = (struct mock_volume){ .mock = m };
	v->protocol.OpenVolume = open_volume;
	m->loaded.DeviceHandle = mock_new_handle(m);
	mock_add(m, m->loaded.DeviceHandle, guid, &v->protocol);
	volume = v;
}

struct mock_file *mock_volume_add(struct mock_volume *v, const char *path, const void *data, size_t len)
{
	struct mock_file *f = &v->files[v->count++];

	if (v->count > MOCK_FILES || strlen(path) >= MOCK_PATH)
		abort();
	*f = (struct mock_file){ .data = data, .len = len, .said_len = len };
	strcpy(f->path, path);
	if (len == SIZE_MAX) {
		f->folder = true;
		f->len = f->said_len = 0;
	}
	return f;
}
