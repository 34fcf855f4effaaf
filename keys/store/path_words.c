/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/path.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

enum { OWNER_TEXT = 96, PASSWD_ROOM = 4096 };

/* "eve (uid 1001)" */
static void owner_words(uid_t uid, char ret[static OWNER_TEXT])
{
	char room[PASSWD_ROOM];
	struct passwd pw, *known = NULL;

	if (getpwuid_r(uid, &pw, room, sizeof room, &known) == 0 && known != NULL)
		snprintf(ret, OWNER_TEXT, "%.64s (uid %u)", pw.pw_name, (unsigned)uid);
	else
		snprintf(ret, OWNER_TEXT, "uid %u", (unsigned)uid);
}

void es_path_words(const struct es_path_fault *f, char ret_what[static ES_PATH_WORDS],
		   char ret_next[static ES_PATH_WORDS])
{
	const char *whose = geteuid() == 0 ? "root" : "root or you";
	char owner[OWNER_TEXT];

	owner_words(f->owner, owner);
	snprintf(ret_next, ES_PATH_WORDS, "Use a path whose folders all belong to %s.", whose);
	switch (f->kind) {
	case ES_PATH_LINK:
		snprintf(ret_what, ES_PATH_WORDS, "%s is a symlink that belongs to %s", f->where, owner);
		if (f->owner != 0 && f->owner != geteuid())
			snprintf(ret_next, ES_PATH_WORDS,
				 "Use another path: the owner of this symlink decides where it leads (now: %s).",
				 f->real[0] != '\0' ? f->real : "nowhere");
		else if (f->real[0] != '\0')
			snprintf(ret_next, ES_PATH_WORDS, "Use the real path, %s.", f->real);
		return;
	case ES_PATH_FOREIGN:
		snprintf(ret_what, ES_PATH_WORDS, "%s belongs to %s, who can change its contents", f->where, owner);
		return;
	case ES_PATH_WRITABLE:
		snprintf(ret_what, ES_PATH_WORDS, "%s can be changed by others (mode %04o)", f->where,
			 (unsigned)f->mode);
		snprintf(ret_next, ES_PATH_WORDS, "Remove that right (chmod go-w %s), or use another path.", f->where);
		return;
	default:
		snprintf(ret_what, ES_PATH_WORDS, "%s", f->where);
	}
}
