/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of an initramfs or a host: a place (the first byte), then its content. Whatever it contains, the answer has
 * words, an empty file of no special place is nothing, and a comment before each line leaves nothing of what settings
 * said. Covers: sensitive.c content.c content_text.c content_value.c
 */
#include "keys/survey/sensitive.h"

#include "keys/core/buf.h"
#include "keys/core/lines.h"
#include "keys/survey/content.h"

#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each line after a "#". */
static void comment_out(struct es_span content)
{
	ES_BUF text = { NULL, 0 };
	struct es_span rest = content, line;
	size_t at = 0;

	if (es_buf_new(content.len * 2 + 1, &text) != ES_OK)
		return;
	while (es_line_next(&rest, &line)) {
		text.data[at++] = '#';
		for (size_t i = 0; i < line.len; i++)
			text.data[at++] = line.data[i];
		text.data[at++] = '\n';
	}
	if (at > text.len || es_content_text((struct es_span){ text.data, at }) != ES_CONTENT_NOTHING)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const places[] = { "/etc/x",           "/etc/shadow",        "/etc/NetworkManager/x",
					      "/etc/wireguard/x", "/etc/ipsec.secrets", "/etc/ssh/ssh_host_x_key" };
	struct es_span content = { data, size };
	const char *place = places[0];
	enum es_sensitive kind;

	if (size > 0) {
		place = places[data[0] % (sizeof places / sizeof places[0])];
		content = (struct es_span){ data + 1, size - 1 };
	}
	kind = es_sensitive(place, S_IFREG | 0644, content);
	if ((unsigned)kind >= ES_SENSITIVE_COUNT || kind == ES_SENSITIVE_PRIVATE ||
	    es_sensitive_words(kind)->id == NULL)
		abort();
	if (content.len == 0 && place == places[0] && kind != ES_SENSITIVE_NO)
		abort();
	comment_out(content);
	return 0;
}
