/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel of a few instructions that is really started: it lets the test look around, then returns or calls Exit. */
#ifndef ES_EFI_TESTLIB_MOCK_KERNEL_H
#define ES_EFI_TESTLIB_MOCK_KERNEL_H

#include "efi/tests/lib/mock.h"
#include "keys/tests/lib/pe_image.h"

typedef EFI_STATUS mock_kernel_fn(EFI_HANDLE handle); /* the kernel's status is what it returns */

/* Takes boot service Stall for the way from the kernel to look. */
void mock_kernel_start(struct mock *m, mock_kernel_fn *look);
/* The PE file; returns its length. */
size_t mock_kernel_make(bool exits, uint8_t out[static ES_TEST_PE_MAX]);

#endif
