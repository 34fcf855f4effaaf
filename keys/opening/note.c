/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/opening/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void es_opening_note(char *text, size_t cap, const char *format, ...)
{
	size_t used = strlen(text), room = cap - used;
	int n = used > 0 ? snprintf(text + used, room, "; ") : 0;
	va_list args;

	if (n < 0 || (size_t)n >= room)
		return;
	va_start(args, format);
	vsnprintf(text + used + n, room - (size_t)n, format, args);
	va_end(args);
}
