/* SPDX-License-Identifier: Apache-2.0 */
/* Parsers for this room's parts of encryption.info: a pinned SRK, a sealed object. Untrusted input. Private to
 * keys/tpm. */
#ifndef ES_TPM_BLOB_H
#define ES_TPM_BLOB_H

#include "keys/core/span.h"

#include <tss2/tss2_tpm2_types.h>

/* A serialised ESYS_TR of tpm2-tss 3 and 4: handle, Name, kind, TPM2B_PUBLIC. True if it is exactly that, with nothing
 * after it: a storage key at our handle, with a SHA-256 Name. Only the TPM finds out whether the Name is that of the
 * key. */
bool es_srk_blob_read(struct es_span in, TPM2B_PUBLIC *ret);

/* TPM2B_PUBLIC of a sealed object, and its TPM2B_PRIVATE, with nothing after either. */
bool es_sealed_public_read(struct es_span in, TPM2B_PUBLIC *ret);
bool es_sealed_private_read(struct es_span in, TPM2B_PRIVATE *ret);

enum { ES_NV_BLOB_MAX = sizeof(TPM2B_NV_PUBLIC) + sizeof(TPM2B_NAME) + 16 };
/* Writes a serialised ESYS_TR of an NV index, as TPM2_NV_ReadPublic would have given it. 0: it can't be written. */
size_t es_nv_blob_write(const TPMS_NV_PUBLIC *public, const TPM2B_NAME *name, uint8_t ret[static ES_NV_BLOB_MAX]);
/* The public area in a serialised ESYS_TR of an NV index. */
bool es_nv_blob_read(struct es_span in, TPMS_NV_PUBLIC *ret);

#endif
