/* SPDX-License-Identifier: Apache-2.0 */
/* Functions and texts that several verbs share. */
#ifndef ES_TOOLS_COMMON_H
#define ES_TOOLS_COMMON_H

#include "keys/host/host.h"
#include "keys/image/predict.h"
#include "tools/output.h"
#include "tools/verb.h"

/* The host as the global options describe it. */
struct es_host_request es_host_request_of(const struct es_args *args);

/* ES_EXIT_DONE and the running host (the caller closes it); otherwise it has reported the failure. */
enum es_exit es_open_host(const struct es_args *args, struct es_host **ret);
/* es_fail with the host's own detail; where there is no key, with the reason why this boot was refused. */
enum es_exit es_fail_host(const struct es_args *args, enum es_reason reason, const struct es_host *host);

/* The words of a reason by its identifier; those of an internal error if it is unknown. */
const struct es_words *es_reason_named(const char *id);

/* The words of the refusal in a boot record, with the record's detail: "the TPM was cleared". ret is "" if nothing was
 * refused. *ret_next, if ret_next isn't NULL: what to do, "" if unknown. */
enum { ES_REFUSAL_TEXT = 512 };
void es_boot_refusal_words(const struct es_boot_record *boot, char ret[static ES_REFUSAL_TEXT], const char **ret_next);

/* The recovery protector of the bank that the host uses; NULL if there is none. */
const struct es_protector *es_recovery_protector(const struct es_host *host);
/* Its kdf protector, likewise. */
const struct es_protector *es_kdf_protector(const struct es_host *host);

/* After a change that seals: tells what the seal rests on, and what will prevent it from opening. this_boot: it seals
 * to this boot too. next: as for es_host_check_resume. */
void es_report_seal(const struct es_args *args, struct es_host *host, const struct es_predict_request *next,
		    bool this_boot);

/* "group 3 is mistyped" */
enum { ES_FAULT_TEXT = 96 };
void es_fault_words(const struct es_code_fault *fault, char ret[static ES_FAULT_TEXT]);

/* What mode kdf doesn't do: etcseal(8), "MODE KDF IS NOT A SEAL". Whole lines, printed as they are. */
extern const char es_kdf_limits[];
extern const char es_kdf_unbound[]; /* in addition, where the machine has no UUID to bind to */

/* "3 left out (…): /etc/a, /etc/b, ..."; false: nothing was left out. */
enum { ES_LEFT_OUT_TEXT = 768 };
bool es_left_out_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT]);

/* "2 saved without some privileges (…): /etc/a, ..."; false: none was. */
bool es_stripped_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT]);
/* "2 hard links, …: /etc/a, ..."; false: there are none. */
bool es_linked_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT]);

/* bytes with a unit: "812 bytes", "4.7 KiB" */
enum { ES_SIZE_TEXT = 32 };
void es_size_words(uint64_t bytes, char ret[static ES_SIZE_TEXT]);

#endif
