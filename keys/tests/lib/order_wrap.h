/* SPDX-License-Identifier: Apache-2.0 */
/* For a program that is linked with --wrap for both functions: reports each call. The code is in a header, since ld
 * applies --wrap for each program separately. */
#ifndef ES_TESTLIB_ORDER_WRAP_H
#define ES_TESTLIB_ORDER_WRAP_H

#include "keys/choice/refusal.h"
#include "keys/protector/config_key.h"
#include "keys/tests/lib/host_attacks.h"

enum es_reason __real_es_protector_open_kdf(const struct es_protector *p, const char *product_uuid,
					    struct es_secret **ret);
enum es_reason __wrap_es_protector_open_kdf(const struct es_protector *p, const char *product_uuid,
					    struct es_secret **ret);
void __real_es_refusal_words(const struct es_refusal_evidence *e, char *ret_text, size_t cap);
void __wrap_es_refusal_words(const struct es_refusal_evidence *e, char *ret_text, size_t cap);

enum es_reason __wrap_es_protector_open_kdf(const struct es_protector *p, const char *product_uuid,
					    struct es_secret **ret)
{
	host_attack_saw_look();
	return __real_es_protector_open_kdf(p, product_uuid, ret);
}

void __wrap_es_refusal_words(const struct es_refusal_evidence *e, char *ret_text, size_t cap)
{
	host_attack_saw_look();
	__real_es_refusal_words(e, ret_text, cap);
}

#endif
