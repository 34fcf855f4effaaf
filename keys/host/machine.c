/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel shows of the machine: the firmware's event log, the kernel's options, the UUID. */
#include "keys/host/machine.h"

#include "keys/core/event_log.h"
#include "keys/core/subject.h"
#include "keys/host/state.h"
#include "keys/store/file.h"
#include "keys/store/identity.h"

#include <fcntl.h>

enum { OPTIONS_MAX = 64 << 10 };

enum es_reason es_host_event_log(struct es_host *host, struct es_buf *ret)
{
	enum es_reason r = es_file_read(AT_FDCWD, host->event_log, ES_LOG_MAX, ret);

	if (r != ES_OK)
		return es_host_refuse(host, es_reason_of(ES_OF_LOG, r), "%s", host->event_log);
	return ES_OK;
}

enum es_reason es_host_options(const struct es_host *host, struct es_buf *ret)
{
	enum es_reason r = es_file_read(AT_FDCWD, host->options, OPTIONS_MAX, ret);

	while (r == ES_OK && ret->len > 0 && ret->data[ret->len - 1] == '\n')
		ret->len--;
	return r;
}

void es_host_product_uuid(const struct es_host *host, char ret[static ES_UUID_TEXT])
{
	es_product_uuid_read(host->product_uuid, ret);
}
