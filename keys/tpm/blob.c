/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything is read to its end, with tss2-mu's bounds-checked functions. Outputs are written on success only. TPM 2.0
 * Library Part 2, 12.2 and 12.3; tpm2-tss src/tss2-esys/esys_mu.c, IESYS_RESOURCE.
 */
#include "keys/tpm/blob.h"

#include "keys/core/pcr.h"
#include "keys/tpm/object.h"
#include "keys/tpm/srk.h"
#include "keys/tpm/template.h"

#include <tss2/tss2_mu.h>

enum { RESOURCE_IS_KEY = 1, RESOURCE_IS_NV = 2 }; /* IESYSC_KEY_RSRC, IESYSC_NV_RSRC */

static bool resource_read(struct es_span in, size_t *at, uint32_t want_kind, uint32_t *ret_handle)
{
	TPM2B_NAME name = { 0 };
	uint32_t kind = 0;

	return in.data != NULL && Tss2_MU_UINT32_Unmarshal(in.data, in.len, at, ret_handle) == TSS2_RC_SUCCESS &&
	       Tss2_MU_TPM2B_NAME_Unmarshal(in.data, in.len, at, &name) == TSS2_RC_SUCCESS &&
	       name.size == 2 + ES_SHA256_LEN &&
	       Tss2_MU_UINT32_Unmarshal(in.data, in.len, at, &kind) == TSS2_RC_SUCCESS && kind == want_kind;
}

bool es_srk_blob_read(struct es_span in, TPM2B_PUBLIC *ret)
{
	TPM2B_PUBLIC public = { 0 };
	uint32_t handle = 0;
	size_t at = 0;

	if (in.len > ES_SRK_SERIALISED_MAX || !resource_read(in, &at, RESOURCE_IS_KEY, &handle) ||
	    handle != ES_SRK_HANDLE ||
	    Tss2_MU_TPM2B_PUBLIC_Unmarshal(in.data, in.len, &at, &public) != TSS2_RC_SUCCESS || at != in.len ||
	    !es_is_storage_key(&public.publicArea))
		return false;
	*ret = public;
	return true;
}

size_t es_nv_blob_write(const TPMS_NV_PUBLIC *public, const TPM2B_NAME *name, uint8_t ret[static ES_NV_BLOB_MAX])
{
	const TPM2B_NV_PUBLIC area = { .nvPublic = *public };
	size_t len = 0;

	if (Tss2_MU_UINT32_Marshal(public->nvIndex, ret, ES_NV_BLOB_MAX, &len) != TSS2_RC_SUCCESS ||
	    Tss2_MU_TPM2B_NAME_Marshal(name, ret, ES_NV_BLOB_MAX, &len) != TSS2_RC_SUCCESS ||
	    Tss2_MU_UINT32_Marshal(RESOURCE_IS_NV, ret, ES_NV_BLOB_MAX, &len) != TSS2_RC_SUCCESS ||
	    Tss2_MU_TPM2B_NV_PUBLIC_Marshal(&area, ret, ES_NV_BLOB_MAX, &len) != TSS2_RC_SUCCESS)
		return 0;
	return len;
}

bool es_nv_blob_read(struct es_span in, TPMS_NV_PUBLIC *ret)
{
	TPM2B_NV_PUBLIC public = { 0 };
	uint32_t handle = 0;
	size_t at = 0;

	if (!resource_read(in, &at, RESOURCE_IS_NV, &handle) ||
	    Tss2_MU_TPM2B_NV_PUBLIC_Unmarshal(in.data, in.len, &at, &public) != TSS2_RC_SUCCESS || at != in.len ||
	    public.nvPublic.nvIndex != handle)
		return false;
	*ret = public.nvPublic;
	return true;
}

bool es_sealed_public_read(struct es_span in, TPM2B_PUBLIC *ret)
{
	TPM2B_PUBLIC public = { 0 };
	size_t at = 0;

	if (in.data == NULL || in.len > ES_TPM_PUBLIC_MAX ||
	    Tss2_MU_TPM2B_PUBLIC_Unmarshal(in.data, in.len, &at, &public) != TSS2_RC_SUCCESS || at != in.len ||
	    public.publicArea.type != TPM2_ALG_KEYEDHASH)
		return false;
	*ret = public;
	return true;
}

bool es_sealed_private_read(struct es_span in, TPM2B_PRIVATE *ret)
{
	TPM2B_PRIVATE private = { 0 };
	size_t at = 0;

	if (in.data == NULL || in.len > ES_TPM_PRIVATE_MAX ||
	    Tss2_MU_TPM2B_PRIVATE_Unmarshal(in.data, in.len, &at, &private) != TSS2_RC_SUCCESS || at != in.len)
		return false;
	*ret = private;
	return true;
}
