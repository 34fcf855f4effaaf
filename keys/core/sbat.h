/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBAT: an image's .sbat section lists its components with their generations; shim refuses a generation below the one
 * that its variable SbatLevel demands. Parsed as shim does it: both are lines of comma-separated words. Untrusted
 * input. Pure. shim, SBAT.md.
 */
#ifndef ES_CORE_SBAT_H
#define ES_CORE_SBAT_H

#include "keys/core/span.h"

#include <stdbool.h>

enum es_sbat {
	ES_SBAT_OK,
	ES_SBAT_MALFORMED, /* a line of the section has fewer than six words, or starts with an empty one */
	ES_SBAT_REVOKED,   /* a component is below the level */
};

enum { ES_SBAT_NAME = 48 };

struct es_sbat_component {
	char name[ES_SBAT_NAME]; /* printable ASCII, truncated */
	unsigned has, needs;     /* generations */
};

/* *ret is written for ES_SBAT_REVOKED. A malformed level demands nothing: shim wouldn't have started with it. */
enum es_sbat es_sbat_check(struct es_span section, struct es_span level, struct es_sbat_component *ret);

#endif
