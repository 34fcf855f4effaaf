/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/state.h"
#include "keys/image/options.h"
#include "keys/next/check.h"
#include "keys/store/hibernation.h"

static bool told_not_to(struct es_span options)
{
	return es_needed_option_given(options, ES_NEEDED_NO_HIBERNATION);
}

/* Hibernation is off in this boot, and not because of its options: it isn't built in, or the kernel is locked down, as
 * it is with Secure Boot. */
static bool never_hibernates(const struct es_host *host)
{
	char detail[ES_HIBERNATION_TEXT];
	ES_BUF options = { NULL, 0 };

	if (!es_hibernation_is_built_in(host->power))
		return true;
	return es_hibernation_check(host->power, detail) == ES_OK && es_host_options(host, &options) == ES_OK &&
	       !told_not_to(es_buf_span(&options));
}

enum es_reason es_host_check_resume(struct es_host *host, const struct es_predict_request *next)
{
	char detail[ES_HIBERNATION_TEXT];

	if (next == NULL) {
		if (es_hibernation_check(host->power, detail) == ES_OK)
			return ES_OK;
		return es_host_refuse(host, ES_RESUME_POSSIBLE, "%s", detail);
	}
	if (told_not_to(next->uki->section[ES_UKI_CMDLINE]) ||
	    (next->options != NULL && told_not_to(es_text_span(next->options))) || never_hibernates(host))
		return ES_OK;
	return es_host_refuse(host, ES_RESUME_POSSIBLE, "the image's options lack nohibernate");
}
