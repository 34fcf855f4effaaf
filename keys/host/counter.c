/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/counter.h"

#include "keys/core/labels.h"
#include "keys/host/state.h"
#include "keys/host/tpm.h"
#include "keys/tpm/counter.h"

static enum es_reason make(struct es_host *host, uint32_t index, uint64_t *ret_value)
{
	uint64_t value = 0;
	enum es_reason r = es_host_connect(host);

	if (r != ES_OK)
		return r;
	r = es_tpm_counter_make(host->tpm, index, &value);
	if (r != ES_OK && r != ES_ALREADY_CONFIGURED)
		return es_host_refuse_tpm(host, r);
	if (ret_value != NULL)
		*ret_value = value;
	return ES_OK;
}

static enum es_reason read(struct es_host *host, uint32_t index, uint64_t *ret_value)
{
	enum es_reason r = es_host_connect(host);

	if (r != ES_OK)
		return r;
	r = es_tpm_counter_read(host->tpm, index, ret_value);
	return r == ES_OK ? ES_OK : es_host_refuse_tpm(host, r);
}

enum es_reason es_host_counter(struct es_host *host, uint64_t *ret)
{
	return read(host, ES_COUNTER_INDEX, ret);
}

enum es_reason es_host_counter_make(struct es_host *host, uint64_t *ret_value)
{
	return make(host, ES_COUNTER_INDEX, ret_value);
}

enum es_reason es_host_counter_predict(struct es_host *host, uint64_t *ret_begins_at)
{
	uint64_t value;
	enum es_reason r = read(host, ES_COUNTER_INDEX, &value);

	*ret_begins_at = 0;
	if (r != ES_COUNTER_MISSING && r != ES_COUNTER_UNCOUNTED)
		return r;
	r = es_tpm_counter_predict(host->tpm, ret_begins_at);
	return r == ES_OK ? ES_OK : es_host_refuse_tpm(host, r);
}

enum es_reason es_host_counter_define(struct es_host *host)
{
	enum es_reason r = es_host_connect(host);

	if (r == ES_OK)
		r = es_tpm_counter_define(host->tpm, ES_COUNTER_INDEX);
	return r == ES_OK || r == ES_ALREADY_CONFIGURED ? ES_OK : es_host_refuse_tpm(host, r);
}

enum es_reason es_host_counter_increment(struct es_host *host)
{
	enum es_reason r = es_host_connect(host);

	if (r != ES_OK)
		return r;
	r = es_tpm_counter_increment(host->tpm, ES_COUNTER_INDEX);
	return r == ES_OK ? ES_OK : es_host_refuse_tpm(host, r);
}

enum es_reason es_host_counter_delete(struct es_host *host)
{
	enum es_reason r = es_host_connect(host);

	if (r != ES_OK)
		return r;
	r = es_tpm_counter_delete(host->tpm, ES_COUNTER_INDEX);
	return r == ES_OK ? ES_OK : es_host_refuse_tpm(host, r);
}

enum es_reason es_host_vendor_counter_make(struct es_host *host, uint64_t *ret_value)
{
	return make(host, ES_GENERATION_INDEX, ret_value);
}

enum es_reason es_host_vendor_counter(struct es_host *host, uint64_t *ret_value)
{
	return read(host, ES_GENERATION_INDEX, ret_value);
}
