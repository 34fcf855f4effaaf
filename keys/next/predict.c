/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/next/predict.h"

#include "keys/core/subject.h"
#include "keys/host/booted_image.h"
#include "keys/host/firmware.h"
#include "keys/host/machine.h"
#include "keys/host/state.h"
#include "keys/image/booted.h"
#include "keys/image/efi_variables.h"

enum es_reason es_host_predict(struct es_host *host, const struct es_predict_request *request,
			       struct es_prediction *ret)
{
	struct es_predict_request q = *request;
	ES_FIRMWARE_NOW firmware = { .count = 0 };
	ES_BUF log = { NULL, 0 };
	ES_BOOTED_FILE file = { .path = "" };
	ES_SCOPED(es_secure_boot_lists_free) struct es_secure_boot_lists lists = { .have_db = false };
	enum es_reason r;

	host->detail[0] = '\0';
	if (!host->have_boot)
		return ES_NOT_BOOTED;
	if ((host->boot.before_fence.present & ES_PREDICTED_PCRS) != ES_PREDICTED_PCRS)
		return es_host_refuse(host, ES_NOT_BOOTED, "the boot helper read no PCRs: enable the TPM and reboot");
	r = es_host_event_log(host, &log);
	if (r == ES_OK)
		r = es_reason_of(ES_OF_FIRMWARE, es_host_firmware(host, &firmware));
	if (r != ES_OK)
		return r;
	q.firmware = &firmware;
	q.log = es_buf_span(&log);
	q.read = &host->boot.before_fence;
	q.stub = host->boot.stub;
	q.installed = es_booted_open(host, q.log, &file) ? &file.pe : NULL;
	q.modes = es_secure_boot_modes(host->efivars);
	es_secure_boot_lists_read(host->efivars, &lists);
	q.lists = &lists;
	r = es_predict(&q, ret);
	return r == ES_OK ? ES_OK : es_host_refuse(host, es_reason_of(ES_OF_LOG, r), "%s", host->event_log);
}
