/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/booted_image.h"

#include "keys/booted.h"

#include <stdio.h>

enum es_reason es_host_booted_image(struct es_host *host, char ret_path[static ES_BOOTED_PATH],
				    struct es_buf *ret_bytes)
{
	ES_BOOTED_FILE file = { .path = "" };
	ES_BUF log = { NULL, 0 };
	enum es_reason r;

	if (!host->have_boot || (host->boot.before_fence.present & ES_PCR_BIT(ES_PCR_IMAGE)) == 0)
		return es_host_refuse(host, ES_NOT_BOOTED, "nothing tells which boot image runs");
	r = es_host_event_log(host, &log);
	if (r != ES_OK)
		return r;
	if (!es_booted_open(host, es_buf_span(&log), &file))
		return es_host_refuse(host, ES_BOOTED_NOT_FOUND, "the file that this boot was started from isn't found%s%s",
				      file.path[0] != '\0' ? ": " : "", file.path);
	if (!es_booted_is_measured(&file.pe, &host->boot.before_fence))
		return es_host_refuse(host, ES_BOOTED_NOT_FOUND, "%s isn't the image that was started", file.path);
	snprintf(ret_path, ES_BOOTED_PATH, "%s", file.path);
	*ret_bytes = es_buf_take(&file.bytes);
	return ES_OK;
}
