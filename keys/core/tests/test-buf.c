/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/buf.h"

#include <string.h>

/* Otherwise ASan would end the process when malloc fails. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void a_new_buffer_is_zeroed(void **state)
{
	ES_BUF b = { NULL, 0 };

	(void)state;
	assert_int_equal(es_buf_new(1000, &b), ES_OK);
	assert_int_equal(b.len, 1000);
	for (size_t i = 0; i < b.len; i++)
		assert_int_equal(b.data[i], 0);
}

static void empty_buffers_are_allowed(void **state)
{
	ES_BUF b = { NULL, 0 }, c = { NULL, 0 };

	(void)state;
	assert_int_equal(es_buf_new(0, &b), ES_OK);
	assert_non_null(b.data);
	assert_int_equal(b.len, 0);
	assert_int_equal(es_buf_copy((struct es_span){ NULL, 0 }, &c), ES_OK);
	assert_int_equal(c.len, 0);
	es_buf_free(&b);
	es_buf_free(&b);
	assert_null(b.data);
}

static void a_copy_has_its_own_memory(void **state)
{
	char text[] = "hello";
	ES_BUF b = { NULL, 0 };

	(void)state;
	assert_int_equal(es_buf_copy(es_text_span(text), &b), ES_OK);
	text[0] = 'j';
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.data, "hello", 5);
	assert_ptr_equal(es_buf_span(&b).data, b.data);
	assert_int_equal(es_buf_span(&b).len, 5);
}

static void taking_leaves_the_buffer_empty(void **state)
{
	ES_BUF a = { NULL, 0 };
	uint8_t *data;

	(void)state;
	assert_int_equal(es_buf_new(3, &a), ES_OK);
	data = a.data;
	{
		ES_BUF b = es_buf_take(&a);

		assert_null(a.data);
		assert_int_equal(a.len, 0);
		assert_ptr_equal(b.data, data);
		assert_int_equal(b.len, 3);
	}
}

static void a_failed_allocation_is_reported_and_changes_nothing(void **state)
{
	uint8_t mark;
	struct es_buf b = { &mark, 7 };

	(void)state;
	assert_int_equal(es_buf_new(SIZE_MAX / 2 + 1, &b), ES_MEMORY);
	assert_ptr_equal(b.data, &mark);
	assert_int_equal(b.len, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_buffer_is_zeroed),
		cmocka_unit_test(empty_buffers_are_allowed),
		cmocka_unit_test(a_copy_has_its_own_memory),
		cmocka_unit_test(taking_leaves_the_buffer_empty),
		cmocka_unit_test(a_failed_allocation_is_reported_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
