/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/info.h"
#include "keys/store/json.h"

#include <stdlib.h>
#include <string.h>

const char *const es_mode_names[ES_MODE_COUNT] = { "tpm", "kdf" };

enum es_reason es_info_new(struct es_info **ret)
{
	struct es_info *info = calloc(1, sizeof *info);

	if (info == NULL)
		return ES_MEMORY;
	*ret = info;
	return ES_OK;
}

static void protector_free(struct es_protector *p)
{
	es_buf_free(&p->wrapped);
	es_buf_free(&p->tpm.srk);
	es_buf_free(&p->tpm.public_part);
	es_buf_free(&p->tpm.private_part);
	es_buf_free(&p->tpm.vendor.public_key);
	es_buf_free(&p->tpm.vendor.checked.ticket);
	es_buf_free(&p->kdf.salt);
	es_buf_free(&p->kdf.input);
	es_buf_free(&p->recovery.salt);
	es_buf_free(&p->recovery.escrow);
	json_decref(p->json);
	free(p);
}

void es_info_free(struct es_info *info)
{
	if (info == NULL)
		return;
	for (unsigned i = 0; i < info->protector_count; i++)
		protector_free(info->protectors[i]);
	json_decref(info->json);
	free(info);
}

void es_info_freep(struct es_info **info)
{
	es_info_free(*info);
	*info = NULL;
}

enum es_reason es_info_add(struct es_info *info, enum es_protector_type type, struct es_protector **ret)
{
	struct es_protector *p;

	if (info->protector_count >= ES_PROTECTORS_MAX)
		return ES_TOO_LARGE;
	p = calloc(1, sizeof *p);
	if (p == NULL)
		return ES_MEMORY;
	p->type = type;
	info->protectors[info->protector_count++] = p;
	*ret = p;
	return ES_OK;
}

void es_info_remove(struct es_info *info, unsigned index)
{
	if (index >= info->protector_count)
		return;
	protector_free(info->protectors[index]);
	info->protector_count--;
	memmove(&info->protectors[index], &info->protectors[index + 1],
		(info->protector_count - index) * sizeof info->protectors[0]);
	info->protectors[info->protector_count] = NULL;
}

void es_info_remove_if(struct es_info *info, es_protector_match *match, const void *arg)
{
	for (unsigned i = info->protector_count; i-- > 0;)
		if (match(info->protectors[i], arg))
			es_info_remove(info, i);
}

static bool is_of_type(const struct es_protector *p, const void *type)
{
	return p->type == *(const enum es_protector_type *)type;
}

void es_info_remove_type(struct es_info *info, enum es_protector_type type)
{
	es_info_remove_if(info, is_of_type, &type);
}

struct es_protector *es_info_find(struct es_info *info, enum es_protector_type type)
{
	for (unsigned i = 0; i < info->protector_count; i++)
		if (info->protectors[i]->type == type)
			return info->protectors[i];
	return NULL;
}
