/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/start.h"

#include "efi/cleanup.h"
#include "efi/load.h"
#include "efi/protocol.h"
#include "keys/core/utf16.h"

enum {
	PAGE = 4096,
	SECTION_EXECUTE = 0x20000000,
	SUBSYSTEM_EFI_APPLICATION = 10,
};

/* The kernel's image in memory, with its memory attributes set. */
struct kernel {
	struct es_pages room;
	uint8_t *base; /* within it, at the image's alignment */
	size_t len;
	struct es_memory_attribute *attributes; /* NULL: this firmware has none */
};

static void kernel_free(struct kernel *k)
{
	/* The next owner of these pages expects to write to them. */
	if (k->attributes && k->base)
		(void)k->attributes->clear(k->attributes, (UINT64)(uintptr_t)k->base, k->len, ES_MEMORY_READ_ONLY);
	es_pages_free(&k->room);
}

/* Where firmware doesn't execute writable memory: code becomes read-only and executable. An image that doesn't declare
 * itself compatible gets memory that is both writable and executable. */
static EFI_STATUS set_attributes(const struct es_firmware *fw, const struct es_pe *pe, struct kernel *k)
{
	EFI_GUID guid = ES_MEMORY_ATTRIBUTE_GUID;
	EFI_STATUS status = EFI_SUCCESS;
	void *found;

	if (EFI_ERROR(es_protocol(fw, NULL, &guid, &found)))
		return EFI_SUCCESS;
	k->attributes = found;
	if (!es_load_is_nx_compatible(pe) || pe->section_alignment < PAGE)
		return k->attributes->clear(k->attributes, (UINT64)(uintptr_t)k->base, k->len,
					    ES_MEMORY_NO_EXECUTE | ES_MEMORY_READ_ONLY);
	for (unsigned i = 0; i < pe->section_count && !EFI_ERROR(status); i++) {
		const struct es_pe_section *s = &pe->sections[i];
		UINT64 at = (UINT64)(uintptr_t)k->base + s->virtual_address;
		UINT64 len = ((UINT64)s->virtual_size + PAGE - 1) / PAGE * PAGE;

		if (!(s->characteristics & SECTION_EXECUTE) || len == 0)
			continue;
		status = k->attributes->set(k->attributes, at, len, ES_MEMORY_READ_ONLY);
		if (!EFI_ERROR(status))
			status = k->attributes->clear(k->attributes, at, len, ES_MEMORY_NO_EXECUTE);
	}
	return status;
}

static EFI_STATUS load(const struct es_firmware *fw, const struct es_pe *pe, struct kernel *ret)
{
	uint64_t alignment = pe->section_alignment > PAGE ? pe->section_alignment : PAGE;
	EFI_STATUS status;

	/* Whole pages, so that attributes don't touch a neighbour. */
	ret->len = (size_t)(((uint64_t)pe->image_size + PAGE - 1) / PAGE * PAGE);
	status = es_pages_new(fw, EfiLoaderCode, ret->len + (size_t)alignment - PAGE, &ret->room);
	if (EFI_ERROR(status))
		return status;
	ret->base = (uint8_t *)(((uintptr_t)ret->room.data + alignment - 1) / alignment * alignment);
	status = es_load(pe, ret->base, ret->len);
	if (!EFI_ERROR(status))
		status = set_attributes(fw, pe, ret);
	__builtin___clear_cache((char *)ret->base, (char *)ret->base + ret->len);
	return status;
}

/* The kernel as an EFI image, with a handle of its own. */
struct image {
	const struct es_firmware *fw;
	EFI_LOADED_IMAGE_PROTOCOL loaded;
	EFI_HANDLE handle;
};

static void image_remove(struct image *i)
{
	EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

	if (i->handle)
		(void)i->fw->boot->UninstallMultipleProtocolInterfaces(i->handle, &guid, &i->loaded, NULL);
	i->handle = NULL;
}

static EFI_STATUS image_install(const struct es_firmware *fw, const struct kernel *k, const struct es_pages *options,
				struct image *ret)
{
	EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

	ret->fw = fw;
	/* No DeviceHandle: with one, the kernel would load files from there that its options name. */
	ret->loaded = (EFI_LOADED_IMAGE_PROTOCOL){
		.Revision = EFI_LOADED_IMAGE_PROTOCOL_REVISION,
		.ParentHandle = fw->image,
		.SystemTable = fw->table,
		.LoadOptionsSize = (UINT32)options->len,
		.LoadOptions = options->data,
		.ImageBase = k->base,
		.ImageSize = k->len,
		.ImageCodeType = EfiLoaderCode,
		.ImageDataType = EfiLoaderData,
	};
	return fw->boot->InstallMultipleProtocolInterfaces(&ret->handle, &guid, &ret->loaded, NULL);
}

/*
 * A kernel that gives up doesn't return: it calls Exit with the handle we gave it, which isn't one that the firmware
 * can unwind. While the kernel runs, Exit is replaced by a function that returns here. The same for a call with our own
 * handle, for which the firmware would skip all our cleanup.
 */
struct running {
	EFI_HANDLE handle, ours;
	EFI_EXIT firmware_exit;
	EFI_STATUS status;
	void *back[5]; /* __builtin_setjmp's */
};

/* The only global in efi/: a boot service has no argument to pass it in. */
static struct running *running;

static EFI_STATUS EFIAPI exit_from_kernel(EFI_HANDLE handle, EFI_STATUS status, UINTN size, CHAR16 *text)
{
	if (handle != running->handle && handle != running->ours)
		return running->firmware_exit(handle, status, size, text);
	running->status = status;
	__builtin_longjmp(running->back, 1);
}

__attribute__((noinline)) static EFI_STATUS run(const struct es_firmware *fw, EFI_HANDLE handle,
						EFI_IMAGE_ENTRY_POINT entry)
{
	struct running now = { .handle = handle, .ours = fw->image, .firmware_exit = fw->boot->Exit };

	running = &now;
	fw->boot->Exit = exit_from_kernel;
	if (__builtin_setjmp(now.back) == 0)
		now.status = entry(handle, fw->table);
	fw->boot->Exit = now.firmware_exit;
	running = NULL;
	return now.status;
}

static EFI_STATUS options_utf16(const struct es_firmware *fw, struct es_span text, struct es_pages *ret)
{
	struct es_writer measure = { .cap = 0 }, w;
	EFI_STATUS status;

	es_utf16_from_utf8(text, &measure);
	status = es_pages_new(fw, EfiLoaderData, measure.pos, ret);
	if (EFI_ERROR(status))
		return status;
	w = (struct es_writer){ .data = ret->data, .cap = ret->len };
	es_utf16_from_utf8(text, &w);
	return w.bad ? EFI_ABORTED : EFI_SUCCESS;
}

static EFI_STATUS open_kernel(const struct es_firmware *fw, const struct es_start_request *q, struct es_pe *ret)
{
	if (es_pe_open(q->kernel, ES_PE_FILE, ret) != ES_OK || ret->machine != q->machine ||
	    ret->subsystem != SUBSYSTEM_EFI_APPLICATION) {
		es_say(fw,
		       "the kernel in this boot image isn't an EFI program for this machine, so nothing was started. "
		       "Rebuild it from a kernel with an EFI stub.");
		return EFI_LOAD_ERROR;
	}
	return EFI_SUCCESS;
}

EFI_STATUS es_start(const struct es_firmware *fw, const struct es_start_request *request)
{
	ES_SCOPED(kernel_free) struct kernel kernel = { .base = NULL };
	ES_PAGES options = { .data = NULL };
	ES_SCOPED(image_remove) struct image image = { .handle = NULL };
	EFI_IMAGE_ENTRY_POINT entry;
	struct es_pe pe;
	EFI_STATUS status = open_kernel(fw, request, &pe);

	if (EFI_ERROR(status))
		return status;
	status = load(fw, &pe, &kernel);
	if (!EFI_ERROR(status))
		status = options_utf16(fw, request->options, &options);
	if (!EFI_ERROR(status))
		status = image_install(fw, &kernel, &options, &image);
	if (EFI_ERROR(status)) {
		es_complain(fw, "can't load the kernel", status, "Trying the firmware's next boot entry.");
		return status;
	}
	entry = (EFI_IMAGE_ENTRY_POINT)(uintptr_t)(kernel.base + pe.entry);
	status = run(fw, image.handle, entry);
	es_complain(fw, "the kernel returned instead of starting", status, "Trying the firmware's next boot entry.");
	return EFI_ERROR(status) ? status : EFI_LOAD_ERROR;
}
