/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the output of tpm2-tss's own pcap TCTI: every byte to and from the TPM, recorded by code that isn't ours. */
#ifndef ES_TESTLIB_PCAP_H
#define ES_TESTLIB_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcap_summary {
	unsigned commands;
	uint32_t codes[64]; /* of the first 64 commands */
};

/* pcapng blocks (IETF draft-ietf-opsawg-pcapng), with the IPv4 and TCP headers that the TCTI makes up. */
void pcap_read(const char *path, struct pcap_summary *ret);
bool pcap_holds(const char *path, const void *bytes, size_t len);

#endif
