/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recorder SOCKET IMAGE LOG TPM-STATE FOLDER: a disk that remembers. Serves IMAGE as a network block device to one
 * QEMU, and writes down every write and every flush in their order, and between them each new state of the guest's
 * TPM (a file that swtpm replaces when NV memory changes), which is copied to FOLDER/N. So a power cut at any moment
 * can be made up afterwards, of the disk and of the TPM as they were then.
 *
 * LOG is a row of records: type (W write, F flush, T the TPM's state is now number `offset`), length, offset, and a
 * write's bytes; all in this machine's byte order. Protocol: the NBD project's proto.md, fixed newstyle, one export,
 * writeback (NBD_FLAG_SEND_FLUSH), no FUA.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { REQUEST_MAX = 64 << 20, OPT_EXPORT_NAME = 1, OPT_ABORT = 2, OPT_INFO = 6, OPT_GO = 7 };
enum { CMD_READ, CMD_WRITE, CMD_DISC, CMD_FLUSH };
/* HAS_FLAGS, SEND_FLUSH */
enum { EXPORT_FLAGS = 1 | 4 };

struct recorder {
	int qemu, image;
	FILE *log;
	const char *tpm, *folder;
	struct stat seen;
	uint64_t states, size;
	uint8_t *data;
};

struct record {
	uint32_t type, length;
	uint64_t offset;
};

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "recorder: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool receive(struct recorder *r, void *to, size_t len)
{
	for (size_t n = 0; n < len;) {
		ssize_t got = read(r->qemu, (uint8_t *)to + n, len - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	return true;
}

static void tell(struct recorder *r, const void *from, size_t len)
{
	for (size_t n = 0; n < len;) {
		ssize_t put = send(r->qemu, (const uint8_t *)from + n, len - n, MSG_NOSIGNAL);

		need(put > 0 || errno == EINTR, "sending");
		n += put > 0 ? (size_t)put : 0;
	}
}

static void note(struct recorder *r, char type, uint64_t offset, uint32_t length)
{
	const struct record record = { (uint32_t)type, length, offset };

	need(fwrite(&record, sizeof record, 1, r->log) == 1, "the log");
	if (type == 'W')
		need(fwrite(r->data, length, 1, r->log) == 1, "the log");
}

static void copy(const char *from, const char *to)
{
	char bytes[65536];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n;

	need(in >= 0 && out >= 0, to);
	while ((n = read(in, bytes, sizeof bytes)) > 0)
		need(write(out, bytes, (size_t)n) == n, to);
	close(in);
	close(out);
}

/* Looked at before each write is taken: what the guest did with its TPM before it wrote is in the file by then. */
static void look_at_tpm(struct recorder *r)
{
	char to[512];
	struct stat now;

	if (stat(r->tpm, &now) < 0 ||
	    (now.st_ino == r->seen.st_ino && now.st_size == r->seen.st_size &&
	     now.st_mtim.tv_sec == r->seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == r->seen.st_mtim.tv_nsec))
		return;
	r->seen = now;
	snprintf(to, sizeof to, "%s/%llu", r->folder, (unsigned long long)r->states);
	copy(r->tpm, to);
	note(r, 'T', r->states++, 0);
}

static void answer_option(struct recorder *r, uint32_t option, uint32_t type, const void *data, uint32_t len)
{
	const uint64_t magic = htobe64(0x3e889045565a9);
	const uint32_t words[3] = { htobe32(option), htobe32(type), htobe32(len) };

	tell(r, &magic, sizeof magic);
	tell(r, words, sizeof words);
	tell(r, data, len);
}

static void answer_info(struct recorder *r, uint32_t option)
{
	uint8_t info[12] = { 0 };
	const uint64_t size = htobe64(r->size);
	const uint16_t flags = htobe16(EXPORT_FLAGS);

	memcpy(info + 2, &size, sizeof size);
	memcpy(info + 10, &flags, sizeof flags);
	answer_option(r, option, 3, info, sizeof info);
	answer_option(r, option, 1, NULL, 0);
}

/* True: the disk is open. */
static bool shake_hands(struct recorder *r)
{
	const uint64_t magic[2] = { htobe64(0x4e42444d41474943), htobe64(0x49484156454F5054) };
	const uint16_t flags = htobe16(3);
	uint32_t client, words[2];
	uint64_t opt_magic;

	tell(r, magic, sizeof magic);
	tell(r, &flags, sizeof flags);
	if (!receive(r, &client, sizeof client))
		return false;
	while (receive(r, &opt_magic, sizeof opt_magic) && receive(r, words, sizeof words)) {
		uint32_t option = be32toh(words[0]), len = be32toh(words[1]);

		if (len > 65536 || !receive(r, r->data, len))
			return false;
		if (option == OPT_EXPORT_NAME) {
			const uint64_t size = htobe64(r->size);
			const uint16_t export = htobe16(EXPORT_FLAGS);

			tell(r, &size, sizeof size);
			tell(r, &export, sizeof export);
			return true;
		}
		if (option == OPT_GO || option == OPT_INFO)
			answer_info(r, option);
		else
			answer_option(r, option, option == OPT_ABORT ? 1 : 0x80000001, NULL, 0);
		if (option == OPT_GO || option == OPT_ABORT)
			return option == OPT_GO;
	}
	return false;
}

static bool serve(struct recorder *r)
{
	struct __attribute__((packed)) {
		uint32_t magic;
		uint16_t flags, type;
		uint64_t handle, offset;
		uint32_t length;
	} q;
	struct __attribute__((packed)) {
		uint32_t magic, error;
		uint64_t handle;
	} a = { htobe32(0x67446698), 0, 0 };

	if (!receive(r, &q, sizeof q) || be32toh(q.magic) != 0x25609513)
		return false;
	uint16_t type = be16toh(q.type);
	uint32_t length = be32toh(q.length);
	uint64_t offset = be64toh(q.offset);

	if (type == CMD_DISC || length > REQUEST_MAX)
		return false;
	look_at_tpm(r);
	if (type == CMD_WRITE) {
		if (!receive(r, r->data, length))
			return false;
		need(pwrite(r->image, r->data, length, (off_t)offset) == (ssize_t)length, "the image");
		note(r, 'W', offset, length);
	} else if (type == CMD_READ) {
		need(pread(r->image, r->data, length, (off_t)offset) == (ssize_t)length, "the image");
	} else if (type == CMD_FLUSH) {
		note(r, 'F', 0, 0);
	} else {
		a.error = htobe32(EINVAL);
	}
	a.handle = q.handle;
	tell(r, &a, sizeof a);
	if (type == CMD_READ)
		tell(r, r->data, length);
	return true;
}

int main(int argc, char **argv)
{
	struct recorder r = { .qemu = -1 };
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct stat st;
	int listener;

	if (argc != 6 || strlen(argv[1]) >= sizeof name.sun_path)
		return 2;
	r.image = open(argv[2], O_RDWR);
	r.log = fopen(argv[3], "we");
	r.tpm = argv[4];
	r.folder = argv[5];
	r.data = malloc(REQUEST_MAX);
	need(r.image >= 0 && r.log != NULL && r.data != NULL && fstat(r.image, &st) == 0, "starting");
	r.size = (uint64_t)st.st_size;
	strcpy(name.sun_path, argv[1]);
	unlink(argv[1]);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	need(listener >= 0 && bind(listener, (struct sockaddr *)&name, sizeof name) == 0 && listen(listener, 1) == 0,
	     argv[1]);
	r.qemu = accept(listener, NULL, NULL);
	need(r.qemu >= 0, "accept");
	look_at_tpm(&r);
	if (shake_hands(&r))
		while (serve(&r))
			;
	look_at_tpm(&r);
	need(fclose(r.log) == 0, "the log");
	return 0;
}
