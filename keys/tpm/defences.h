/* SPDX-License-Identifier: Apache-2.0 */
/* The defences of this room, each with what happens without it; see keys/core/defences.h. Private to keys/tpm. */
#ifndef ES_TPM_DEFENCES_H
#define ES_TPM_DEFENCES_H

#include "keys/core/defences.h"

/* clang-format off */
ES_DEFENCE(PARAM_ENCRYPTION);   /* session.c: sessions encrypt no parameter, so the bus shows the secret */
ES_DEFENCE(RESPONSE_HMAC);      /* session.c: PCR_Read, NV_Read and the fence go without a session */
ES_DEFENCE(SRK_PIN);            /* srk.c: any key at the handle in the TPM is accepted as ours */
ES_DEFENCE(UNSET_PCR_REFUSAL);  /* object.c: seals to PCRs that nothing was measured into */
ES_DEFENCE(NODA);               /* template.c: wrong passwords can lock out the SRK and sealed objects */
ES_DEFENCE(VENDOR_KEY);         /* authorize.c, policy.c: the seal is to PCR 7 and 12 only, whoever signed for the image */
ES_DEFENCE(SCRUB);              /* scrub.c: what tpm2-tss keeps of a secret stays in memory */
/* clang-format on */

#endif
