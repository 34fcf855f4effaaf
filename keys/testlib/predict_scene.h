/* SPDX-License-Identifier: Apache-2.0 */
/* Boots as event logs, for the tests of prediction: firmware, a menu, an image, with Secure Boot on or off. */
#ifndef ES_TESTLIB_PREDICT_SCENE_H
#define ES_TESTLIB_PREDICT_SCENE_H

#include "keys/predict.h"
#include "keys/testlib/event_log_image.h"
#include "keys/testlib/pe_image.h"

struct predict_image {
	uint8_t bytes[ES_TEST_PE_MAX];
	size_t len;
	struct es_pe pe;
	struct es_uki uki;
};

struct predict_scene {
	struct es_test_log log;
	struct predict_image menu, now, next;
	struct es_pcr_values read;
};

/* cmocka setup: a folder with the keys and certificates "one" and "two", for oracle_folder_remove. */
int predict_folder(void **state);

void predict_open(struct predict_image *i);
/* A UKI whose kernel is filled with that byte; signed by `by`, unless NULL. */
void predict_make_image(void **state, uint8_t fill, const char *by, struct predict_image *ret);

/* A boot: Secure Boot's state, the authorities (NULL: it is off), a menu, the image, its sections. */
struct es_predict_request predict_boot(void **state, struct predict_scene *s, const char *const *authorities);

void predict_now(const struct es_predict_request *q, struct es_prediction *ret); /* it has to succeed */
/* What that next boot really leaves: the same firmware with the other image. */
void assert_comes_true(void **state, const struct predict_scene *now, const char *const *authorities,
		       const struct es_prediction *p);
void assert_part(const char *text, const char *part);

#endif
