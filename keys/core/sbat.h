/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBAT: an image's .sbat section names what it is made of, with generations; shim refuses a generation below the one that its
 * variable SbatLevel asks for. Read here as shim reads it: both are lines of comma-separated words. Untrusted input. Pure.
 * shim, SBAT.md.
 */
#ifndef ES_CORE_SBAT_H
#define ES_CORE_SBAT_H

#include "keys/core/span.h"

#include <stdbool.h>

enum es_sbat {
	ES_SBAT_PASSES,
	ES_SBAT_MALFORMED, /* the section: a line of less than six words, or one that starts with an empty word */
	ES_SBAT_REVOKED,   /* a component is below the level */
};

enum { ES_SBAT_NAME = 48 };

struct es_sbat_component {
	char name[ES_SBAT_NAME]; /* printable ASCII, cut */
	unsigned has, needs;     /* generations */
};

/* *ret is written for ES_SBAT_REVOKED. A level that can't be read asks for nothing: shim wouldn't have started with it. */
enum es_sbat es_sbat_check(struct es_span section, struct es_span level, struct es_sbat_component *ret);

#endif
