/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keys/survey: how a place is recognised. Each returns whether it is there, and then fills in *ret. */
#ifndef ES_SURVEY_ELSEWHERE_CHECK_H
#define ES_SURVEY_ELSEWHERE_CHECK_H

#include "keys/core/buf.h"
#include "keys/survey/elsewhere.h"

struct es_elsewhere_at {
	const struct es_elsewhere_request *request;
	const char *path; /* of the table; absolute */
};

typedef bool es_elsewhere_check(const struct es_elsewhere_at *at, struct es_elsewhere *ret);

/* elsewhere_files.c */
es_elsewhere_check es_elsewhere_judged;    /* files at or below the path with a secret in them */
es_elsewhere_check es_elsewhere_there;     /* a file that isn't empty, or a folder with something in it */
es_elsewhere_check es_elsewhere_dumps;     /* a folder with folders in it, or with files that are called *.crash */
es_elsewhere_check es_elsewhere_diffs;     /* a log in which dpkg has shown what changed in a file of /etc */
es_elsewhere_check es_elsewhere_initrds;   /* files called initrd* in the folder */
es_elsewhere_check es_elsewhere_building;  /* folders called mkinitramfs* */
es_elsewhere_check es_elsewhere_conffiles; /* dpkg's, outside the configuration, and the copies beside them */

/* elsewhere_host.c */
es_elsewhere_check es_elsewhere_swap;       /* an active swap that isn't encrypted, and a tmpfs that can be swapped */
es_elsewhere_check es_elsewhere_swap_other; /* the same, if only the memory of programs can be swapped */
es_elsewhere_check es_elsewhere_coredump;   /* systemd-coredump stores what it gets */
es_elsewhere_check es_elsewhere_kdump;      /* a crash kernel is loaded */
es_elsewhere_check es_elsewhere_journal;    /* is kept on disk */
es_elsewhere_check es_elsewhere_etckeeper;  /* pushes /etc elsewhere */

/* A file, or what is at most `cap` bytes of it. path is absolute; no symlink of it is followed out of root. */
ES_MUST_CHECK enum es_reason es_elsewhere_read(int root, const char *path, size_t cap, struct es_buf *ret);
void es_elsewhere_set(struct es_elsewhere *e, const char *where, uint64_t count, enum es_sensitive kind);

#endif
