/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/sysfs.h"

#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { LINE_MAX_BYTES = 512 };

enum es_reason es_sysfs_line(const char *path, char *ret, size_t cap)
{
	ES_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[LINE_MAX_BYTES];
	size_t have = 0, len = 0;
	enum es_reason r;

	if (cap == 0)
		return ES_ARGUMENT;
	if (fd < 0)
		return es_reason_from_errno(errno);
	r = es_fd_fill(fd, text, cap - 1 < sizeof text ? cap - 1 : sizeof text, &have);
	if (r != ES_OK)
		return r;
	while (len < have && (unsigned char)text[len] >= ' ' && text[len] != 0x7f)
		len++;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return ES_OK;
}
