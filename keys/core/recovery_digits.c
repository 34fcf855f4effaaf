/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/recovery_digits.h"

void es_digits_put(struct es_digits *d, const struct es_char *c)
{
	size_t i = d->total % ES_DIGITS_KEPT;

	if (c->kind == ES_CHAR_LETTER)
		d->in_stretch = 0;
	if (c->kind != ES_CHAR_DIGIT) {
		d->in_number = 0;
		return;
	}
	d->digit[i] = (uint8_t)(c->c - '0');
	d->begins[i] = d->in_number == 0;
	d->from[i] = c->from;
	d->end = c->to;
	d->total++;
	d->in_stretch++;
	d->in_number++;
}

static size_t at(const struct es_digits *d, size_t back)
{
	return (d->total - back) % ES_DIGITS_KEPT;
}

uint32_t es_digits_group(const struct es_digits *d, size_t back)
{
	uint32_t v = 0;

	for (size_t i = 0; i < ES_GROUP_DIGITS; i++)
		v = v * 10 + d->digit[at(d, back - i)];
	return v;
}

size_t es_digits_from(const struct es_digits *d, size_t back)
{
	return d->from[at(d, back)];
}

bool es_digits_begin(const struct es_digits *d, size_t back)
{
	return d->begins[at(d, back)];
}

bool es_group_fits(uint32_t value, unsigned place)
{
	return value <= ES_GROUP_MAX && value % ES_GROUP_PLACES == place % ES_GROUP_PLACES;
}
