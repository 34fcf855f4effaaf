/* SPDX-License-Identifier: Apache-2.0 */
/* What a host knows without asking anything: its last refusal, its boot, its banks as they were read. */
#include "keys/host/state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum es_reason es_host_refuse(struct es_host *host, enum es_reason reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(host->detail, sizeof host->detail, format, args);
	va_end(args);
	return reason;
}

enum es_reason es_host_refuse_log(struct es_host *host, es_pcr_mask differ)
{
	const unsigned pcr = (unsigned)__builtin_ctz(differ);

	return es_host_refuse(host, ES_LOG_MISMATCH, "PCR %u (%s)", pcr, es_pcr_meaning(pcr));
}

enum es_reason es_host_refuse_tree(struct es_host *host, enum es_reason reason, const char *path,
				   const struct es_pack_report *report)
{
	char most[200];

	if (reason != ES_TOO_LARGE)
		return es_host_refuse(host, reason, "%s%s", path, report->refused);
	if (report->too_deep)
		return es_host_refuse(host, reason, "%.200s contains paths that are too deep or too long",
				      report->refused);
	/* The file at which it was full only shows what comes late in the alphabet; most of the content may be
	 * elsewhere. */
	if (report->heavy[0] != '\0')
		snprintf(most, sizeof most, "most of it is in %.120s: %" PRIu64 " files, %" PRIu64 " MiB",
			 report->heavy, report->heavy_files, report->heavy_bytes >> 20);
	else
		snprintf(most, sizeof most, "the limit was reached at %.140s",
			 report->refused[0] != '\0' ? report->refused : path);
	return es_host_refuse(host, reason, "the covered paths hold more than %d files, %d MiB, or %d MiB packed; %s",
			      ES_ENTRIES_MAX, (int)(ES_UNPACKED_MAX >> 20), (int)(ES_ARCHIVE_MAX >> 20), most);
}

enum es_reason es_host_refuse_path(struct es_host *host, const struct es_path_fault *fault)
{
	char what[ES_PATH_WORDS], next[ES_PATH_WORDS];

	es_path_words(fault, what, next);
	return es_host_refuse(host, ES_UNSAFE_PATH, "%s", what);
}

enum es_reason es_host_boot_missing(struct es_host *host)
{
	return es_host_refuse(host, host->boot_reason, "%s", host->boot_note);
}

const char *es_host_detail(const struct es_host *host)
{
	return host->detail;
}

const struct es_boot_record *es_host_boot(const struct es_host *host)
{
	return host->have_boot ? &host->boot : NULL;
}

const struct es_bank *es_host_bank(const struct es_host *host)
{
	return host->current >= 0 ? &host->banks[host->current] : NULL;
}

const struct es_bank *es_host_bank_number(const struct es_host *host, unsigned number)
{
	return &host->banks[number % ES_BANK_COUNT];
}

const char *es_host_boot_dir(const struct es_host *host)
{
	return host->boot_dir[0] != '\0' ? host->boot_dir : NULL;
}

const char *es_host_boot_note(const struct es_host *host)
{
	return host->boot_note;
}
