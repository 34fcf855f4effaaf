/* SPDX-License-Identifier: Apache-2.0 */
/* Shell lines that bring a TPM into states in which other programs leave it. */
#ifndef ES_TESTLIB_TPM_STATES_H
#define ES_TESTLIB_TPM_STATES_H

#define PERSIST                                                                                                        \
	" -c k.ctx && tpm2_flushcontext -t && tpm2_evictcontrol -Q -C o -c k.ctx 0x81000001 && tpm2_flushcontext -t"
#define SIGNING    " -a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign'"
#define DRIVE_OUT  "tpm2_evictcontrol -Q -C o -c 0x81000001 && "
#define FOREIGN_NV "tpm2_nvdefine -Q -C o -s 64 -a 'ownerread|ownerwrite|authread' "

#endif
