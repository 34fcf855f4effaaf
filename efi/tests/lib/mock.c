/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/tests/lib/mock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

/* Firmware calls don't say whose firmware they mean. */
static struct mock *mock;

static EFI_STATUS EFIAPI unsupported(void)
{
	return EFI_UNSUPPORTED;
}

/* Allocates separate pages, so that code in them can be run. */
static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN count,
					EFI_PHYSICAL_ADDRESS *ret)
{
	int protection = PROT_READ | PROT_WRITE | (type == EfiLoaderCode ? PROT_EXEC : 0);
	void *at;
	int i = 0;

	if (how != AllocateAnyPages || count == 0)
		return EFI_INVALID_PARAMETER;
	while (i < MOCK_PAGES && mock->pages[i].at)
		i++;
	if (mock->allocations_left == 0 || i == MOCK_PAGES)
		return EFI_OUT_OF_RESOURCES;
	at = mmap(NULL, count * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return EFI_OUT_OF_RESOURCES;
	memset(at, 0xa5, count * PAGE); /* the firmware's isn't zeroed */
	mock->allocations_left--;
	mock->allocated++;
	mock->pages[i].at = at;
	mock->pages[i].len = count * PAGE;
	*ret = (EFI_PHYSICAL_ADDRESS)(uintptr_t)at;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS at, UINTN count)
{
	for (int i = 0; i < MOCK_PAGES; i++)
		if (mock->pages[i].at && (EFI_PHYSICAL_ADDRESS)(uintptr_t)mock->pages[i].at == at) {
			if (mock->pages[i].len != count * PAGE)
				abort(); /* another number of pages than was asked for */
			if (mock->canary &&
			    memmem(mock->pages[i].at, mock->pages[i].len, mock->canary, strlen(mock->canary)))
				mock->leaked = true;
			munmap(mock->pages[i].at, mock->pages[i].len);
			mock->pages[i].at = NULL;
			mock->allocated--;
			return EFI_SUCCESS;
		}
	abort(); /* not ours, or freed twice */
}

static int find(EFI_HANDLE handle, const EFI_GUID *guid)
{
	for (int i = 0; i < MOCK_PROTOCOLS; i++)
		if (mock->protocols[i].handle && (!handle || mock->protocols[i].handle == handle) &&
		    memcmp(&mock->protocols[i].guid, guid, sizeof *guid) == 0)
			return i;
	return -1;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, VOID **ret)
{
	int i = handle ? find(handle, guid) : -1;

	if (i < 0)
		return EFI_UNSUPPORTED;
	*ret = mock->protocols[i].interface;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_protocol(EFI_GUID *guid, VOID *registration, VOID **ret)
{
	int i = find(NULL, guid);

	(void)registration;
	if (i < 0)
		return EFI_NOT_FOUND;
	*ret = mock->protocols[i].interface;
	return EFI_SUCCESS;
}

static size_t path_len(const EFI_DEVICE_PATH *node)
{
	size_t len = 0, n;

	do {
		n = node->Length[0] | (size_t)node->Length[1] << 8;
		len += n;
	} while (node->Type != END_DEVICE_PATH_TYPE &&
		 (node = (const EFI_DEVICE_PATH *)((const uint8_t *)node + n)) != NULL);
	return len;
}

static bool same_path(const EFI_DEVICE_PATH *a, const EFI_DEVICE_PATH *b)
{
	return path_len(a) == path_len(b) && memcmp(a, b, path_len(a)) == 0;
}

static EFI_STATUS EFIAPI locate_device_path(EFI_GUID *guid, EFI_DEVICE_PATH **path, EFI_HANDLE *ret)
{
	const EFI_GUID device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;

	for (int i = 0; i < MOCK_PROTOCOLS; i++)
		if (mock->protocols[i].handle &&
		    memcmp(&mock->protocols[i].guid, &device_path, sizeof device_path) == 0 &&
		    same_path(mock->protocols[i].interface, *path) && find(mock->protocols[i].handle, guid) >= 0) {
			*ret = mock->protocols[i].handle;
			return EFI_SUCCESS;
		}
	return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI install_multiple(EFI_HANDLE *handle, ...)
{
	const EFI_GUID device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	__builtin_ms_va_list args;
	EFI_GUID *guid;

	if (!*handle)
		*handle = mock_new_handle(mock);
	__builtin_ms_va_start(args, handle);
	while ((guid = __builtin_va_arg(args, EFI_GUID *)) != NULL) {
		void *interface = __builtin_va_arg(args, void *);

		for (int i = 0; i < MOCK_PROTOCOLS; i++)
			if (mock->protocols[i].handle && memcmp(guid, &device_path, sizeof *guid) == 0 &&
			    memcmp(&mock->protocols[i].guid, &device_path, sizeof *guid) == 0 &&
			    same_path(mock->protocols[i].interface, interface)) {
				__builtin_ms_va_end(args);
				return EFI_ALREADY_STARTED;
			}
		mock_add(mock, *handle, *guid, interface);
	}
	__builtin_ms_va_end(args);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI uninstall(EFI_HANDLE handle, EFI_GUID *guid, VOID *interface)
{
	int i = find(handle, guid);

	if (handle == mock->stuck)
		return EFI_ACCESS_DENIED;
	if (i < 0 || mock->protocols[i].interface != interface)
		return EFI_NOT_FOUND;
	mock->protocols[i].handle = NULL;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI uninstall_multiple(EFI_HANDLE handle, ...)
{
	__builtin_ms_va_list args;
	EFI_GUID *guid;
	EFI_STATUS status = EFI_SUCCESS;

	__builtin_ms_va_start(args, handle);
	while ((guid = __builtin_va_arg(args, EFI_GUID *)) != NULL && !EFI_ERROR(status))
		status = uninstall(handle, guid, __builtin_va_arg(args, void *));
	__builtin_ms_va_end(args);
	return status;
}

static EFI_STATUS EFIAPI output(SIMPLE_TEXT_OUTPUT_INTERFACE *self, CHAR16 *text)
{
	size_t n = strlen(mock->console);

	(void)self;
	for (; *text && n < sizeof mock->console - 1; text++)
		mock->console[n++] = (char)*text;
	mock->console[n] = '\0';
	return EFI_SUCCESS;
}

static int variable(const char *name)
{
	for (int i = 0; i < MOCK_VARIABLES; i++)
		if (mock->variables[i].set && strcmp(mock->variables[i].name, name) == 0)
			return i;
	return -1;
}

static void ascii(const CHAR16 *text, char *to, size_t cap)
{
	size_t n = 0;

	for (; text[n] && n < cap - 1; n++)
		to[n] = (char)text[n];
	to[n] = '\0';
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *guid, UINT32 *attributes, UINTN *size, VOID *ret)
{
	char key[32];
	UINTN room = *size;
	const EFI_GUID any = { 0 };
	struct mock_variable *v;
	int i;

	ascii(name, key, sizeof key);
	i = variable(key);
	if (i < 0)
		return EFI_NOT_FOUND;
	v = &mock->variables[i];
	if (memcmp(&v->guid, &any, sizeof any) != 0 && memcmp(&v->guid, guid, sizeof any) != 0)
		return EFI_NOT_FOUND;
	if (EFI_ERROR(v->fails))
		return v->fails;
	if (attributes)
		*attributes = v->attributes;
	*size = v->len;
	if (room < *size)
		return EFI_BUFFER_TOO_SMALL;
	memcpy(ret, v->value, *size);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *guid, UINT32 attributes, UINTN size, VOID *value)
{
	char key[32];

	(void)guid;
	if (attributes != (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS))
		return EFI_INVALID_PARAMETER; /* nothing of ours may outlive the boot */
	ascii(name, key, sizeof key);
	mock_set_variable(mock, key, value, size);
	return EFI_SUCCESS;
}

void mock_start(struct mock *m)
{
	/* Every boot service there is; those below are put in their places. */
	void (**services)(void) = (void (**)(void))((uint8_t *)&m->boot + sizeof m->boot.Hdr);
	size_t count = (sizeof m->boot - sizeof m->boot.Hdr) / sizeof *services;

	memset(m, 0, sizeof *m);
	for (size_t i = 0; i < count; i++)
		services[i] = (void (*)(void))unsupported;
	m->boot.AllocatePages = allocate_pages;
	m->boot.FreePages = free_pages;
	m->boot.HandleProtocol = handle_protocol;
	m->boot.LocateProtocol = locate_protocol;
	m->boot.LocateDevicePath = locate_device_path;
	m->boot.InstallMultipleProtocolInterfaces = install_multiple;
	m->boot.UninstallMultipleProtocolInterfaces = (EFI_UNINSTALL_MULTIPLE_PROTOCOL_INTERFACES)uninstall_multiple;
	m->boot.UninstallProtocolInterface = uninstall;
	m->runtime.GetVariable = get_variable;
	m->runtime.SetVariable = set_variable;
	m->out.OutputString = output;
	m->table.ConOut = &m->out;
	m->table.BootServices = &m->boot;
	m->table.RuntimeServices = &m->runtime;
	m->table.ConfigurationTable = m->tables;
	m->allocations_left = ~0u;
	m->fw = (struct es_firmware){
		.image = mock_new_handle(m), .table = &m->table, .boot = &m->boot, .loaded = &m->loaded
	};
	mock = m;
}

void mock_add(struct mock *m, EFI_HANDLE handle, EFI_GUID guid, void *interface)
{
	for (int i = 0; i < MOCK_PROTOCOLS; i++)
		if (!m->protocols[i].handle) {
			m->protocols[i].handle = handle;
			m->protocols[i].guid = guid;
			m->protocols[i].interface = interface;
			return;
		}
	abort();
}

EFI_HANDLE mock_new_handle(struct mock *m)
{
	return (EFI_HANDLE)(uintptr_t)(0x1000 + 16 * m->handles++);
}

unsigned mock_installed(const struct mock *m)
{
	unsigned n = 0;

	for (int i = 0; i < MOCK_PROTOCOLS; i++)
		n += m->protocols[i].handle != NULL;
	return n;
}

struct mock_variable *mock_set_variable(struct mock *m, const char *name, const void *value, size_t len)
{
	int i = 0;

	while (i < MOCK_VARIABLES && m->variables[i].set && strcmp(m->variables[i].name, name) != 0)
		i++;
	if (i == MOCK_VARIABLES || len > sizeof m->variables[i].value || strlen(name) >= sizeof m->variables[i].name)
		abort();
	strcpy(m->variables[i].name, name);
	memcpy(m->variables[i].value, value, len);
	m->variables[i].len = len;
	m->variables[i].attributes = EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;
	m->variables[i].set = true;
	return &m->variables[i];
}

void *mock_low_memory(void)
{
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (at == MAP_FAILED)
		abort();
	return at;
}

void mock_add_table(struct mock *m, EFI_GUID guid, const void *table)
{
	if (m->table.NumberOfTableEntries == MOCK_TABLES)
		abort();
	m->tables[m->table.NumberOfTableEntries++] =
	    (EFI_CONFIGURATION_TABLE){ .VendorGuid = guid, .VendorTable = (void *)(uintptr_t)table };
}

const char *mock_variable_text(struct mock *m, const char *name)
{
	static char text[128];

	for (int i = 0; i < MOCK_VARIABLES; i++)
		if (m->variables[i].set && strcmp(m->variables[i].name, name) == 0) {
			memset(text, 0, sizeof text);
			for (size_t n = 0; n < sizeof text - 1 && 2 * n < m->variables[i].len; n++)
				text[n] = (char)m->variables[i].value[2 * n];
			return text;
		}
	return NULL;
}
