/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/require.h"

#include "keys/change/protect.h"
#include "keys/host/seal.h"
#include "keys/host/secure_boot.h"
#include "keys/host/state.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <string.h>

enum { CMDLINE_MAX = 8192 };

static enum es_reason must_vouch(struct es_host *host)
{
	struct es_secure_boot judged;

	es_host_secure_boot(host, &judged);
	return es_secure_boot_vouched(judged.state) ? ES_OK : es_host_secure_boot_refuse(host, &judged);
}

enum es_reason es_host_require_secure_boot(struct es_host *host, bool require)
{
	ES_CHANGE c = { .host = NULL };
	enum es_reason r = es_change_begin(host, &c);

	if (r != ES_OK)
		return r;
	if (c.info->mode != ES_MODE_TPM)
		return es_refuse_requirement(host);
	if (require)
		r = must_vouch(host);
	if (r != ES_OK)
		return r;
	if (!require && c.info->require_exec_installed_only)
		return es_host_refuse(host, ES_NOT_MET,
				      "exec-installed-only depends on Secure Boot: turn off exec-installed-only first");
	c.info->require_secure_boot = require;
	r = es_host_seal(host, c.info, c.key);
	return r == ES_OK ? es_change_commit(&c, NULL) : r;
}

/* Linux's own mechanism: IMA appraisal, enforced from the (measured) command line. */
static bool appraisal_enforced(void)
{
	ES_BUF cmdline = { NULL, 0 };
	static const char word[] = "ima_appraise=enforce";

	return es_file_read(AT_FDCWD, "/proc/cmdline", CMDLINE_MAX, &cmdline) == ES_OK &&
	       memmem(cmdline.data, cmdline.len, word, sizeof word - 1) != NULL;
}

enum es_reason es_host_require_exec_installed_only(struct es_host *host, bool require)
{
	ES_CHANGE c = { .host = NULL };
	enum es_reason r = es_change_begin(host, &c);

	if (r != ES_OK)
		return r;
	if (require && !c.info->require_secure_boot)
		return es_host_refuse(host, ES_NOT_MET, "Secure Boot must be required first");
	if (require && !appraisal_enforced())
		return es_host_refuse(host, ES_NOT_MET, "the kernel doesn't enforce appraisal (ima_appraise=enforce)");
	c.info->require_exec_installed_only = require;
	return es_change_commit(&c, NULL);
}
