/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/efi_variables.h"

#include "keys/store/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ATTRIBUTES = 4, PARTS_MAX = 64 };

static bool path_of(const char *efivars, const char *name, const char *guid, char ret[static PATH_MAX])
{
	return snprintf(ret, PATH_MAX, "%s/%s-%s", efivars, name, guid) < PATH_MAX;
}

enum es_reason es_efi_variable(const char *efivars, const char *name, const char *guid, struct es_buf *ret)
{
	ES_BUF file = { NULL, 0 };
	char path[PATH_MAX];
	enum es_reason r;

	if (!path_of(efivars, name, guid, path))
		return ES_ARGUMENT;
	r = es_file_read(AT_FDCWD, path, ATTRIBUTES + ES_EFI_VARIABLE_MAX, &file);
	if (r != ES_OK)
		return r;
	if (file.len < ATTRIBUTES)
		return ES_FORMAT;
	return es_buf_copy((struct es_span){ file.data + ATTRIBUTES, file.len - ATTRIBUTES }, ret);
}

bool es_efi_variable_is_one(const char *efivars, const char *name, const char *guid)
{
	ES_BUF value = { NULL, 0 };

	return es_efi_variable(efivars, name, guid, &value) == ES_OK && value.len == 1 && value.data[0] == 1;
}

struct es_secure_boot_modes es_secure_boot_modes(const char *efivars)
{
	return (struct es_secure_boot_modes){ .setup = es_efi_variable_is_one(efivars, "SetupMode", ES_EFI_GLOBAL),
					      .audit = es_efi_variable_is_one(efivars, "AuditMode", ES_EFI_GLOBAL) };
}

/* Appends the value; false if there is no such variable, or it can't be read. */
static bool append(const char *efivars, const char *name, const char *guid, struct es_buf *all)
{
	ES_BUF part = { NULL, 0 };
	ES_BUF sum = { NULL, 0 };

	if (es_efi_variable(efivars, name, guid, &part) != ES_OK || es_buf_new(all->len + part.len, &sum) != ES_OK)
		return false;
	if (all->len > 0)
		memcpy(sum.data, all->data, all->len);
	if (part.len > 0)
		memcpy(sum.data + all->len, part.data, part.len);
	es_buf_free(all);
	*all = es_buf_take(&sum);
	return true;
}

static bool append_all(const char *efivars, const char *name, struct es_buf *all)
{
	char numbered[32];

	if (!append(efivars, name, ES_EFI_SHIM, all))
		return false;
	for (int i = 1; i < PARTS_MAX; i++) {
		snprintf(numbered, sizeof numbered, "%s%d", name, i);
		if (!append(efivars, numbered, ES_EFI_SHIM, all))
			break;
	}
	return true;
}

void es_secure_boot_lists_read(const char *efivars, struct es_secure_boot_lists *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->have_db = append(efivars, "db", ES_EFI_DATABASE, &ret->db);
	append(efivars, "dbx", ES_EFI_DATABASE, &ret->dbx);
	ret->have_mok = append_all(efivars, "MokListRT", &ret->mok);
	append_all(efivars, "MokListXRT", &ret->mokx);
	ret->ignores_db = es_efi_variable_is_one(efivars, "MokIgnoreDB", ES_EFI_SHIM);
}

void es_secure_boot_lists_free(struct es_secure_boot_lists *lists)
{
	es_buf_free(&lists->db);
	es_buf_free(&lists->dbx);
	es_buf_free(&lists->mok);
	es_buf_free(&lists->mokx);
}

static bool shim_variable_exists(const char *efivars, const char *name)
{
	char path[PATH_MAX];

	return path_of(efivars, name, ES_EFI_SHIM, path) && access(path, F_OK) == 0;
}

void es_shim_requests_read(const char *efivars, struct es_shim_requests *ret)
{
	/* The requests that make shim start its key manager; the variables beside them (MokDelAuth, …) don't alone. */
	static const struct {
		const char *name, *what;
	} requests[] = {
		{ "MokNew", "enrol a key" },
		{ "MokDel", "remove a key" },
		{ "MokSB", "switch validation on or off" },
		{ "MokDB", "honour or ignore the firmware's db" },
		{ "MokXNew", "forbid a key or a hash" },
		{ "MokXDel", "allow a forbidden key or hash again" },
		{ "MokPW", "set a password" },
		{ "MokListTrustedNew", "trust the machine owner's keys, or not" },
		{ "MokAuth", "a request's password" },
		{ "MokXAuth", "a request's password" },
	};
	size_t used = 0;

	*ret = (struct es_shim_requests){ .manager = "" };
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		int n;

		if (!shim_variable_exists(efivars, requests[i].name))
			continue;
		n = snprintf(ret->manager + used, sizeof ret->manager - used, "%s%s (%s)", used > 0 ? ", " : "",
			     requests[i].name, requests[i].what);
		if (n < 0 || (size_t)n >= sizeof ret->manager - used)
			break;
		used += (size_t)n;
	}
	ret->sbat = shim_variable_exists(efivars, "SbatPolicy");
}
