/* SPDX-License-Identifier: Apache-2.0 */
/* A vendor's key, and the signature of an image's policy by it. */
#include "tools/image_policy.h"

#include "keys/core/subject.h"
#include "keys/store/file.h"
#include "tools/unsafe_path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TPM_USUAL_BITS = 2048, WHY_TEXT = PATH_MAX + 160 };

static enum es_exit fail_file(const struct es_args *args, enum es_reason r, const char *path, const char *why)
{
	char what[WHY_TEXT];

	snprintf(what, sizeof what, "%s%s%s", path, why[0] != '\0' ? " " : "", why);
	return es_fail(args, r, what);
}

static enum es_reason read_secret(int fd, size_t len, struct es_secret **ret)
{
	ES_SECRET s = NULL;
	size_t have = 0;
	enum es_reason r = es_secret_new(len, &s);

	if (r == ES_OK)
		r = es_fd_fill(fd, es_secret_data(s), len, &have);
	if (r == ES_OK && have < len)
		r = ES_IO;
	if (r == ES_OK)
		*ret = es_take(s);
	return r;
}

enum es_exit es_policy_key_read(const struct es_args *args, const char *path, struct es_secret **ret)
{
	ES_FD fd = -1;
	enum es_exit failed = es_key_file_open(args, path, &fd);
	struct stat st;
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	if (fstat(fd, &st) < 0)
		return fail_file(args, es_reason_from_errno(errno), path, "");
	if (!S_ISREG(st.st_mode))
		return fail_file(args, ES_KEY_FORMAT, path, "isn't a file");
	if (st.st_size == 0 || st.st_size > ES_PRIVATE_KEY_MAX)
		return fail_file(args, ES_KEY_FORMAT, path, "isn't a private key in PEM form");
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		es_warn("%s can be read by others (mode %04o): anyone who has it can sign for every host sealed to it; "
			"chmod 600",
			path, (unsigned)st.st_mode & 07777);
	r = read_secret(fd, (size_t)st.st_size, ret);
	return r == ES_OK ? ES_EXIT_DONE : fail_file(args, r, path, "");
}

enum es_exit es_policy_generation(const struct es_args *args, uint64_t *ret)
{
	const char *text = es_arg(args, "generation");
	unsigned long long n;
	char *end;

	*ret = 0;
	if (text == NULL)
		return ES_EXIT_DONE;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || n == 0 || n > (1ULL << 62))
		return es_usage_error(args, "--generation takes a number from 1 to 2^62, not %s", text);
	*ret = n;
	return ES_EXIT_DONE;
}

enum es_exit es_policy_sign(const struct es_args *args, const struct es_policy_request *q,
			    struct es_image_policy *ret_policy, struct es_buf *ret_image)
{
	ES_IMAGE_POLICY policy = { .key_bits = 0 };
	const char *why = "";
	struct es_uki uki;
	struct es_pe pe;
	enum es_reason r = es_pe_open(q->image, ES_PE_FILE, &pe);

	if (r == ES_OK)
		r = es_uki_find(&pe, ES_PE_FILE, &uki);
	if (r != ES_OK)
		return fail_file(args, ES_IMAGE_KIND, q->path, "lacks a section, or isn't an EFI program");
	r = es_image_policy_sign(&uki, q->key, q->generation, &policy, &why);
	if (r != ES_OK)
		return fail_file(args, es_reason_of(ES_OF_KEY_FILE, r), q->key_path, why);
	if (ret_image != NULL) {
		r = es_image_policy_attach(q->image, es_buf_span(&policy.json), ret_image, &why);
		if (r != ES_OK)
			return fail_file(args, r, q->path, why);
	}
	if (!policy.has_key)
		es_warn(
		    "%s doesn't contain the key (.pcrpkey), so no host that runs it can seal to its vendor; build it "
		    "with --policy-public-key",
		    q->path);
	if (policy.key_bits > TPM_USUAL_BITS)
		es_warn("not every TPM can check signatures by keys over 2048 bits; this key has %u", policy.key_bits);
	*ret_policy = policy;
	policy.json = (struct es_buf){ NULL, 0 };
	return ES_EXIT_DONE;
}
