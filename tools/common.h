/* SPDX-License-Identifier: Apache-2.0 */
/* What several verbs share. */
#ifndef ES_TOOLS_COMMON_H
#define ES_TOOLS_COMMON_H

#include "keys/host/host.h"
#include "keys/image/predict.h"
#include "tools/output.h"
#include "tools/verb.h"

/* What the global options say of the host. */
struct es_host_request es_host_request_of(const struct es_args *args);

/* ES_EXIT_DONE and the running host (the caller closes it), or it has said what is wrong. */
enum es_exit es_open_host(const struct es_args *args, struct es_host **ret);
/* es_fail with the host's own detail; where there is no key, with why this boot was refused. */
enum es_exit es_fail_host(const struct es_args *args, enum es_reason reason, const struct es_host *host);

/* The words of a reason by its identifier; those of a defect if there is none of that name. */
const struct es_words *es_reason_named(const char *id);

/* The words of a refusal that a boot record names by its id, with the record's detail: "the TPM was cleared". ret is ""
 * if nothing was refused. *ret_next, if not NULL: what to do, "" if unknown. */
enum { ES_REFUSAL_TEXT = 512 };
void es_tell_refusal(const struct es_boot_record *boot, char ret[static ES_REFUSAL_TEXT], const char **ret_next);

/* The recovery protector of the bank that the host stands on; NULL if there is none. */
const struct es_protector *es_recovery_protector(const struct es_host *host);
/* The kdf protector, likewise. */
const struct es_protector *es_kdf_protector(const struct es_host *host);

/* After a change that seals (this_boot: to this boot, too): what the seal rests on, and what keeps it from opening.
 * next: as for es_host_resume. */
void es_tell_seal(const struct es_args *args, struct es_host *host, const struct es_predict_request *next,
		  bool this_boot);

/* "group 3 is mistyped" */
enum { ES_FAULT_TEXT = 96 };
void es_fault_words(const struct es_code_fault *fault, char ret[static ES_FAULT_TEXT]);

/* What kdf mode doesn't do, in lines of their own: DESIGN.md section 2, point 4. To out as it stands. */
extern const char es_kdf_limits[];
extern const char es_kdf_unbound[]; /* further, where the machine has no UUID to bind to */

/* "3 left out (…): /etc/a, /etc/b, ..."; false: nothing was. */
enum { ES_LEFT_OUT_TEXT = 768 };
bool es_left_out_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT]);

/* "2 saved without privileges (…): /etc/a, ..."; false: there was nothing to take away. */
bool es_stripped_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT]);
bool es_linked_words(const struct es_pack_report *report, char ret[static ES_LEFT_OUT_TEXT]);

/* bytes with its unit: "812 bytes", "4.7 KiB" */
enum { ES_SIZE_TEXT = 32 };
void es_size_words(uint64_t bytes, char ret[static ES_SIZE_TEXT]);

#endif
