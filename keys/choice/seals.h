/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a host's seals are kept: the purposes of its literal protectors, and when one is no longer needed. Pure. */
#ifndef ES_SEALS_H
#define ES_SEALS_H

#include "keys/store/boot_record.h"
#include "keys/store/info.h"

/* The purposes of literal protectors ("for" in encryption.info). */
#define ES_FOR_THIS_BOOT  "this boot"
#define ES_FOR_OTHER_MENU "this boot, with the options of before"
#define ES_FOR_NEXT_IMAGE "next image"
#define ES_FOR_LAST_BOOT  "last that worked"

/* The literal protector that opens a boot with those values; NULL if none does. */
struct es_protector *es_seals_fitting(const struct es_info *info, const struct es_pcr_values *values);
/* Whether no literal protector may be added: every seal is under the signature of a vendor that counts the generations
 * of its images. */
bool es_seals_forbid_literal(const struct es_info *info);
/* What a boot menu measures of its options in an automatic boot can't be seen in a recovery boot, in which someone
 * typed options. The previous seal shows it; without one, it is assumed that the menu measured nothing. */
struct es_digest es_seals_options_before(const struct es_info *info);

/* Once a boot has opened automatically, drops the protectors that its protector was meant to replace. boot is NULL if
 * none is known. Part of every commit. */
void es_seals_prune(const struct es_boot_record *boot, struct es_info *info);
/* Keeps what opened automatically until now, until this boot has done so, too. One such protector is enough. */
void es_seals_keep_last(struct es_info *info, const struct es_pcr_values *now);
/* Remove literal protectors: those with that purpose; all. */
void es_seals_remove_for(struct es_info *info, const char *purpose);
void es_seals_remove_literal(struct es_info *info);
/* Removes all tpm protectors except the literal ones with that purpose (NULL: without exception). */
void es_seals_remove_all_but(struct es_info *info, const char *purpose);
/* Removes the tpm protectors of every storage key but this one. */
void es_seals_drop_other_srks(struct es_info *info, struct es_span srk);

#endif
