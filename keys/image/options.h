/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is added to a boot image's options: those that keep the booted system from using anything that the measurement
 * doesn't cover (systemd's credentials from outside, a hibernated system's memory), and the pins to one host.
 */
#ifndef ES_IMAGE_OPTIONS_H
#define ES_IMAGE_OPTIONS_H

#include "keys/core/buf.h"
#include "keys/core/pins.h"

enum es_needed_option { ES_NEEDED_NO_CREDENTIALS, ES_NEEDED_NO_RESUME, ES_NEEDED_NO_HIBERNATION, ES_NEEDED_OPTIONS };
extern const struct es_needed_words {
	const char *option;
	const char *without; /* what happens without the option, for a message */
} es_needed_options[ES_NEEDED_OPTIONS];

/* As kernel and systemd read them: what follows "--" is for init only. */
bool es_needed_option_given(struct es_span options, enum es_needed_option n);

/* The first word that contradicts one of them, "resume=/dev/sda2"; false: there is none. */
bool es_option_contradicting(struct es_span options, struct es_span *ret_word, enum es_needed_option *ret);

/* The options, with the needed ones added. ES_ARGUMENT: a quote isn't closed, and would swallow what is added. */
ES_MUST_CHECK enum es_reason es_needed_options_add(struct es_span options, struct es_buf *ret);

/* The options with these pins (keys/core/pins.h) replacing any that they have. ES_ARGUMENT: as above. */
ES_MUST_CHECK enum es_reason es_options_pin(struct es_span options, const struct es_pins *pins, struct es_buf *ret);

#endif
