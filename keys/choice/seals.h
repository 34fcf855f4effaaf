/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a host's seals stay: what its literal protectors are for, and what makes one needless. Pure. */
#ifndef ES_SEALS_H
#define ES_SEALS_H

#include "keys/store/boot_record.h"
#include "keys/store/info.h"

/* What literal protectors are for ("for" in encryption.info). */
#define ES_FOR_THIS_BOOT  "this boot"
#define ES_FOR_OTHER_MENU "this boot, with the options of before"
#define ES_FOR_NEXT_IMAGE "next image"
#define ES_FOR_LAST_BOOT  "last that worked"

/* The literal protector that opens a boot with those values, NULL if none does. */
struct es_protector *es_seals_fitting(const struct es_info *info, const struct es_pcr_values *values);
/* The vendor of this host's images counts their generations, so that a literal protector must not be. */
bool es_seals_count_generations(const struct es_info *info);
/* What a menu measures of its options in an automatic boot isn't seen in a recovery boot, where somebody typed. The seal before
 * knew it; with none before, it is taken that there were none. */
struct es_digest es_seals_options_before(const struct es_info *info);

/* Once a boot (NULL: none is known) has opened automatically, what its protector was to replace goes. Part of every commit. */
void es_seals_prune(const struct es_boot_record *boot, struct es_info *info);
/* What opened automatically up to now is kept until this boot has done so too; of those one is enough. */
void es_seals_keep_last(struct es_info *info, const struct es_pcr_values *now);
/* Literal protectors: those for that purpose; all of them. */
void es_seals_remove_for(struct es_info *info, const char *purpose);
void es_seals_remove_literal(struct es_info *info);
/* All tpm protectors, but for the literal ones of that purpose, if it isn't NULL. */
void es_seals_remove_all_but(struct es_info *info, const char *purpose);
/* The tpm protectors of any other storage key than this. */
void es_seals_drop_other_srks(struct es_info *info, struct es_span srk);

#endif
