/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/sources.h"

#include "initrd/fd.h"
#include "keys/core/recovery_code.h"
#include "keys/core/wipe.h"
#include "keys/core/defences.h"
#include "keys/store/file.h"
#include "keys/store/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { HANDOVER_JSON_MAX = 4096, PUBLIC_KEY_MAX = 16 << 10 };

static const char recovery_name[] = "recovery-key";

/* The initramfs is in RAM: overwriting in place reaches the same pages. */
static bool overwrite(int fd)
{
	static const char zeros[512];
	struct stat st;
	off_t pos = 0;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	while (pos < st.st_size && ES_WITH_WIPE) {
		size_t left = (size_t)(st.st_size - pos);
		ssize_t n = pwrite(fd, zeros, left < sizeof zeros ? left : sizeof zeros, pos);

		if (n <= 0)
			return false;
		pos += n;
	}
	return true;
}

/* A longer text is cut, and therefore found mistyped later. */
static void read_key(int fd, struct es_sources *s)
{
	ES_SECRET text = NULL;
	char *p;
	ssize_t n;

	if (es_secret_new(ES_RECOVERY_INPUT_MAX, &text) != ES_OK)
		return;
	p = (char *)es_secret_data(text);
	n = pread(fd, p, ES_RECOVERY_INPUT_MAX - 1, 0);
	if (n < 0)
		return;
	/* Trailing line ends of an editor or echo. */
	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r' || p[n - 1] == '\0'))
		p[--n] = '\0';
	s->recovery = es_take(text);
}

static void take_recovery(int dir, const struct es_say *say, struct es_sources *s)
{
	ES_FD fd = openat(dir, recovery_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return;
	if (fd >= 0)
		read_key(fd, s);
	if (fd < 0 || !overwrite(fd))
		es_say(say, ES_SAY_WARNING, "can't overwrite the recovery key of the boot options in RAM");
	if (ES_WITH_WIPE && unlinkat(dir, recovery_name, 0) < 0)
		es_say(say, ES_SAY_WARNING, "can't remove the recovery key of the boot options from RAM");
	if (s->recovery == NULL)
		es_say(say, ES_SAY_WARNING, "can't read the recovery key of the boot options");
}

/* Reads a file that the stub put beside its folder under systemd's name for it. Usually there is none. */
static void take_image_file(int dir, const char *name, size_t cap, const struct es_say *say, struct es_buf *ret)
{
	ES_FD extra = openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum es_reason r = extra < 0 ? es_reason_from_errno(errno) : es_file_read(extra, name, cap, ret);

	if (r != ES_OK && r != ES_MISSING)
		es_say(say, ES_SAY_WARNING, "%s, which came with the boot image, is ignored: %s", name,
		       es_reason_words(r)->what);
}

static bool has_folder(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

bool es_handover_take(const char *path, const struct es_say *say, struct es_sources *s)
{
	ES_FD dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ES_BUF json = { 0 };
	enum es_reason r;

	if (dir < 0)
		return false;
	s->stub = true;
	take_recovery(dir, say, s);
	r = es_file_read(dir, "boot.json", HANDOVER_JSON_MAX, &json);
	if (r == ES_OK)
		r = es_handover_parse(es_buf_span(&json), &s->handover);
	if (r != ES_OK) {
		es_say(say, ES_SAY_ERROR,
		       "the handover of the boot stub is damaged (%s/boot.json: %s): only the recovery "
		       "key can open the configuration in this boot",
		       path, es_reason_words(r)->what);
		s->handover = (struct es_handover){
			.measured = ES_MEASURED_FAILED,
			.recovery = s->recovery != NULL,
			.bank = { has_folder(dir, "bank0"), has_folder(dir, "bank1") },
		};
	}
	if (s->handover.recovery && s->recovery == NULL)
		es_say(say, ES_SAY_WARNING,
		       "the boot stub saw a recovery key in the boot options, but it didn't reach the boot helper");
	take_image_file(dir, "tpm2-pcr-public-key.pem", PUBLIC_KEY_MAX, say, &s->public_key);
	take_image_file(dir, "tpm2-pcr-signature.json", ES_SIGNATURE_FILE_MAX, say, &s->signature);
	s->banks = es_fd_take(&dir);
	return true;
}
