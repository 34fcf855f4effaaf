/* SPDX-License-Identifier: Apache-2.0 */
/* The one cleanup idiom: an owner is declared with the function that frees it, and handed on with es_take(). */
#ifndef ES_CORE_SCOPE_H
#define ES_CORE_SCOPE_H

#include <stddef.h>

#define ES_SCOPED(freep) __attribute__((cleanup(freep)))

/* Returns the owner's value and leaves NULL in its place, so that nothing is freed at the end of the scope. */
#define es_take(owner)                                                                                                 \
	({                                                                                                             \
		__typeof__(owner) *es_owner_ = &(owner);                                                               \
		__typeof__(owner) es_value_ = *es_owner_;                                                              \
		*es_owner_ = NULL;                                                                                     \
		es_value_;                                                                                             \
	})

#define ES_MUST_CHECK __attribute__((warn_unused_result))

#endif
