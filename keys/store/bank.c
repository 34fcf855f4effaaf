/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/hash.h"
#include "keys/store/bank.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void es_bank_free(struct es_bank *bank)
{
	es_buf_free(&bank->info_bytes);
	es_buf_free(&bank->archive);
	es_buf_free(&bank->log);
	es_info_free(bank->info);
	*bank = (struct es_bank){ .state = ES_BANK_ABSENT };
}

__attribute__((format(printf, 3, 4))) static void damaged(struct es_bank *bank, enum es_reason why, const char *form,
							  ...)
{
	va_list args;

	bank->state = ES_BANK_DAMAGED;
	bank->damage = why;
	va_start(args, form);
	vsnprintf(bank->detail, sizeof bank->detail, form, args);
	va_end(args);
}

/* Whether the folder is empty. */
static enum es_reason folder_empty(int fd, bool *ret)
{
	ES_FD own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_DIR dir = own >= 0 ? fdopendir(own) : NULL;
	struct dirent *e;

	if (dir == NULL)
		return es_reason_from_errno(errno);
	own = -1;
	*ret = true;
	while ((errno = 0, e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			*ret = false;
	return errno == 0 ? ES_OK : es_reason_from_errno(errno);
}

/* Reads one file of the bank. Faults of the file are recorded; only ES_MEMORY is returned. */
static enum es_reason read_part(struct es_bank *bank, int fd, const char *name, size_t cap, struct es_buf *ret)
{
	enum es_reason r = es_file_read(fd, name, cap, ret);

	if (r == ES_OK || r == ES_MEMORY || bank->state == ES_BANK_DAMAGED)
		return r == ES_MEMORY ? r : ES_OK;
	if (r == ES_MISSING)
		damaged(bank, r, "%s: missing", name);
	else if (r == ES_TOO_LARGE)
		damaged(bank, r, "%s: over %zu bytes", name, cap);
	else if (r == ES_FORMAT)
		damaged(bank, r, "%s: not a regular file", name);
	else
		damaged(bank, r, "%s: can't be read", name);
	return ES_OK;
}

static enum es_reason check_hash(struct es_bank *bank, const char *name, const struct es_buf *data,
				 const struct es_digest *expected)
{
	struct es_span part = es_buf_span(data);
	struct es_digest found;

	if (bank->state == ES_BANK_DAMAGED)
		return ES_OK;
	if (!es_sha256(&part, 1, &found))
		return ES_CRYPTO;
	if (!es_digest_equal(&found, expected))
		damaged(bank, ES_FORMAT, "%s: its SHA-256 differs from the one in %s", name, ES_INFO_NAME);
	return ES_OK;
}

static enum es_reason check_together(struct es_bank *bank)
{
	char detail[ES_DETAIL_TEXT];
	enum es_reason r = es_info_parse(es_buf_span(&bank->info_bytes), &bank->info, detail);

	if (r == ES_MEMORY || r == ES_CRYPTO)
		return r;
	if (r != ES_OK) {
		damaged(bank, r, "%s: %s", ES_INFO_NAME, detail);
		return ES_OK;
	}
	if (bank->archive.len != bank->info->archive_size)
		damaged(bank, ES_FORMAT, "%s: %zu bytes, %s says %llu", ES_ARCHIVE_NAME, bank->archive.len,
			ES_INFO_NAME, (unsigned long long)bank->info->archive_size);
	r = check_hash(bank, ES_ARCHIVE_NAME, &bank->archive, &bank->info->archive_sha256);
	if (r == ES_OK)
		r = check_hash(bank, ES_LOG_NAME, &bank->log, &bank->info->log_sha256);
	return r;
}

static enum es_reason read_folder(int fd, struct es_bank *bank)
{
	bool empty = false;
	enum es_reason r = folder_empty(fd, &empty);

	if (r == ES_MEMORY || (r == ES_OK && empty))
		return r; /* still ABSENT */
	bank->state = ES_BANK_WHOLE;
	r = read_part(bank, fd, ES_INFO_NAME, ES_INFO_MAX, &bank->info_bytes);
	if (r == ES_OK)
		r = read_part(bank, fd, ES_ARCHIVE_NAME, ES_ARCHIVE_MAX, &bank->archive);
	if (r == ES_OK)
		r = read_part(bank, fd, ES_LOG_NAME, ES_LOG_MAX, &bank->log);
	if (r == ES_OK && bank->state == ES_BANK_WHOLE)
		r = check_together(bank);
	return r;
}

bool es_bank_has_content(const struct es_bank *bank)
{
	if (bank->state == ES_BANK_DAMAGED)
		return bank->damage != ES_MISSING || bank->info_bytes.data != NULL;
	return bank->state == ES_BANK_WHOLE;
}

static void bank_name(unsigned number, char ret_name[static 16])
{
	snprintf(ret_name, 16, "bank%u", number);
}

enum es_reason es_bank_read(int dirfd, unsigned number, struct es_bank *ret)
{
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	char name[16];
	enum es_reason r = ES_OK;

	if (number >= ES_BANK_COUNT)
		return ES_ARGUMENT;
	bank_name(number, name);
	ES_FD fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EBADF)
		return ES_IO;
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		damaged(&bank, ES_FORMAT, "%s: not a folder", name);
	else if (fd < 0 && errno != ENOENT)
		damaged(&bank, es_reason_from_errno(errno), "%s: can't be read", name);
	else if (fd >= 0)
		r = read_folder(fd, &bank);
	if (r != ES_OK)
		return r;
	*ret = bank;
	bank = (struct es_bank){ .state = ES_BANK_ABSENT };
	return ES_OK;
}

bool es_info_newer(const struct es_info *a, const struct es_info *b)
{
	return a->generation != b->generation ? a->generation > b->generation : a->revision > b->revision;
}

int es_bank_newest(const struct es_bank banks[static ES_BANK_COUNT])
{
	int newest = -1;

	for (int i = 0; i < ES_BANK_COUNT; i++)
		if (banks[i].state == ES_BANK_WHOLE && (newest < 0 || es_info_newer(banks[i].info, banks[newest].info)))
			newest = i;
	return newest;
}

unsigned es_bank_oldest(const struct es_bank banks[static ES_BANK_COUNT])
{
	static const enum es_bank_state order[] = { ES_BANK_ABSENT, ES_BANK_DAMAGED };

	for (unsigned k = 0; k < sizeof order / sizeof order[0]; k++)
		for (unsigned i = 0; i < ES_BANK_COUNT; i++)
			if (banks[i].state == order[k])
				return i;
	/* Both are whole. If they are equally new, the one that would be opened stays. */
	return es_bank_newest(banks) == 0 ? 1 : 0;
}
