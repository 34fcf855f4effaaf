/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzzer that changes a tar's bytes makes headers after which nothing is read. So its input describes a tar instead:
 * whatever the bytes are, the headers are consistent, and their content is what an attacker would try, or close to it.
 */
#ifndef ES_TESTLIB_FUZZ_TAR_WORDS_H
#define ES_TESTLIB_FUZZ_TAR_WORDS_H

#include "keys/tests/lib/tar_image.h"

/* Writes members until the input is used up, then the end of the tar. */
void fuzz_tar(struct es_reader *in, struct tar_image *t);
/* A zstd frame of uncompressed blocks: compressing took most of the time, and loses the input's bytes. */
struct es_buf fuzz_frame(struct es_span tar);
/* Without this, changing a tar byte by byte would only give headers with a wrong checksum. */
void fuzz_mend_checksums(struct es_span tar, struct es_buf *ret);

#endif
