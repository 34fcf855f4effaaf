/* SPDX-License-Identifier: Apache-2.0 */
/* Boots as event logs, for the tests of prediction and judgement: firmware, perhaps shim and a menu, an image. */
#ifndef ES_TESTLIB_PREDICT_SCENE_H
#define ES_TESTLIB_PREDICT_SCENE_H

#include "keys/image/predict.h"
#include "keys/tests/lib/event_log_image.h"
#include "keys/tests/lib/pe_image.h"

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

/* cmocka setup: a folder with the keys and certificates "one" and "two", "ca", which signed "leaf" and "twig", and
 * "modules", which is for kernel modules; and NAME.esl and NAME.hash.esl, which list each and its SHA-384 as Secure
 * Boot's variables do. oracle_folder_remove is the teardown. */
int predict_folder(void **state);

void predict_open(struct predict_image *i);
/* A UKI whose kernel is filled with that byte, signed by `by` unless that is NULL. */
void predict_make_image(void **state, uint8_t fill, const char *by, struct predict_image *ret);
/* The same with a .sbat section with that text. */
void predict_make_sbat_image(void **state, const char *sbat, const char *by, struct predict_image *ret);

/*
 * A boot in words, each of which is one event or several:
 *   sb=1 sb=0        the firmware's variable SecureBoot      pk nopk   a platform key, or none
 *   audit            the variable AuditMode is 1             debug     the firmware's debugger is on
 *   LIST:NAME        an entry of that list vouches for a program: the certificate of that name
 *   LIST#now         … or the hash of the running image
 *   sbat moksb=1     shim's SbatLevel and MokSBState in PCR 7          mok       its lists in PCR 14
 *   lie              the previous event's data isn't what was measured
 *   menu now mm      programs: the menu, the image with its sections in PCR 11, shim's key manager
 *   sections         only these sections: something started the image without the firmware
 *   program          only the image, without a path
 *   driver           the firmware loads a driver
 */
struct es_predict_request predict_boot_as(void **state, struct predict_scene *s, const char *words);
#define PREDICT_SBAT_LEVEL "sbat,1,2025021800\nshim,4\ngrub,5\n"

/* A boot: Secure Boot's state, the authorities in db (NULL: it is off), a menu, the image, its sections. */
struct es_predict_request predict_boot(void **state, struct predict_scene *s, const char *const *authorities);

void predict_now(const struct es_predict_request *q, struct es_prediction *ret); /* must succeed */
/* Compares with what that next boot really gives: the same firmware with the other image. */
void assert_comes_true(void **state, const struct predict_scene *now, const char *const *authorities,
		       const struct es_prediction *p);
void assert_comes_true_as(void **state, const struct predict_scene *now, const char *words,
			  const struct es_prediction *p);
void assert_part(const char *text, const char *part);

#endif
