/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzzer that changes a tar's bytes makes headers that nobody reads on from. So its input describes a tar instead: whatever
 * the bytes are, the headers hold together, and what they say is what an attacker would try, or nearly so.
 */
#ifndef ES_TESTLIB_FUZZ_TAR_WORDS_H
#define ES_TESTLIB_FUZZ_TAR_WORDS_H

#include "keys/tests/lib/tar_image.h"

/* Writes members until the input is used up, and the tar's end. */
void fuzz_tar(struct es_reader *in, struct tar_image *t);
/* A zstd frame of blocks that aren't compressed: compressing took most of the time, and loses the input's bytes. */
struct es_buf fuzz_frame(struct es_span tar);
/* Headers whose checksum is wrong would be all that is made of a tar that is changed byte by byte. */
void fuzz_mend_checksums(struct es_span tar, struct es_buf *ret);

#endif
