/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal recovery rotate`: a new key for the configuration, and a new recovery key. */
#include "keys/change/rotate.h"
#include "tools/common.h"
#include "tools/image_after.h"
#include "tools/rotated.h"
#include "tools/verbs.h"

enum es_exit es_verb_recovery_rotate(const struct es_args *args)
{
	struct es_rotated rotated = { .recovery = NULL };
	ES_IMAGE_AFTER after = { .output = NULL };
	ES_SECRET recovery = NULL;
	ES_HOST host = NULL;
	enum es_exit status = es_open_host(args, &host);
	enum es_reason r;

	if (status == ES_EXIT_DONE)
		status = es_image_after_prepare(args, host, &after);
	if (status != ES_EXIT_DONE)
		return status;
	r = es_host_rotate(host, rotated.old_id, &recovery);
	if (recovery == NULL)
		return es_fail_host(args, r, host);
	rotated.recovery = recovery;
	status = es_rotated_show(args, host, &rotated, r);
	if (status == ES_EXIT_DONE && es_kdf_protector(host) != NULL)
		es_warn("mode kdf is NOT a seal: anyone who has this machine can derive the new key too");
	if (status == ES_EXIT_DONE)
		status = es_image_after_make(args, host, &after);
	if (after.output == NULL)
		es_image_after_advise(host);
	return status;
}
