/* SPDX-License-Identifier: Apache-2.0 */
/* Text in lines and words, read in place: lists of dpkg's and of the kernel's, fstab. */
#ifndef ES_CORE_LINES_H
#define ES_CORE_LINES_H

#include "keys/core/span.h"

/* The next line, without its line end; false at the end. */
bool es_line_next(struct es_span *text, struct es_span *ret);

/* The next word of a line: between blanks and tabs. False: there are no more. */
bool es_word_next(struct es_span *line, struct es_span *ret);
/* Copies a word, with a NUL; false: it doesn't fit, and *ret is "". */
bool es_word_copy(struct es_span word, char *ret, size_t cap);

#endif
