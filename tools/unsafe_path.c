/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/unsafe_path.h"

#include "tools/output.h"

#include <fcntl.h>

enum es_exit es_fail_path(const struct es_args *args, enum es_reason reason, const char *path,
			  const struct es_path_fault *fault)
{
	char what[ES_PATH_WORDS], next[ES_PATH_WORDS];
	struct es_words words = *es_reason_words(reason);

	if (reason != ES_UNSAFE_PATH)
		return es_fail(args, reason, path);
	es_path_words(fault, what, next);
	es_replace_controls(next);
	words.next = next;
	return es_fail_words(args, &words, what);
}

enum es_exit es_key_file_open(const struct es_args *args, const char *path, int *ret_fd)
{
	struct es_path_fault fault;
	enum es_reason r = es_path_open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK, ret_fd, &fault);

	return r == ES_OK ? ES_EXIT_DONE : es_fail_path(args, r, path, &fault);
}
