/* SPDX-License-Identifier: Apache-2.0 */
/* A sealed host that covers a path more, with real overlays: in a mount namespace of its own (mounts.h). */
#ifndef ES_TESTLIB_COVER_SCENE_H
#define ES_TESTLIB_COVER_SCENE_H

#include "keys/change/adopt.h"
#include "keys/tests/lib/machine.h"

struct cover_scene {
	struct machine m;
	struct es_boot_record record;
	char below[96], host[96]; /* the root file system; and the host's view of it */
	struct es_adopt_report report;
	struct es_saved saved;
};

void cover_shell(const struct cover_scene *s, const char *command); /* in its folder; must succeed */
enum es_reason cover_boot(struct cover_scene *s);
/* What `etcseal-boot apply` does for one path. */
void cover_path(const struct cover_scene *s, const char *path);
/* Starts: /etc and /srv with a file each, the host sealed, and what is in /etc adopted. */
void cover_adopted(struct cover_scene *s);
/* es_host_cover(), which must end so; how many were added, or 7. */
unsigned cover_more(struct cover_scene *s, unsigned count, const char *const *paths, enum es_reason expect);
uint64_t cover_remove(struct cover_scene *s); /* what apply removes */
/* Adopts what is covered for the first time, or only looks at all that is below: s->report. */
void cover_look(struct cover_scene *s, bool only_first);

/* Somebody who has the disk puts a file below /etc; watch, which adopts what is in /srv, must not make it the owner's.
 * True: it does. */
bool cover_attack_planted_below(void);

#endif
