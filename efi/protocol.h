/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmware interfaces that gnu-efi 3.0.15 doesn't declare.
 * TCG EFI Protocol Specification 1.0 rev 0.13; UEFI 2.10: "EFI LoadFile2 Protocol", "Confidential Computing",
 * "Memory Attribute Protocol".
 */
#ifndef ES_EFI_PROTOCOL_H
#define ES_EFI_PROTOCOL_H

#include <efi.h>

#define ES_TCG2_GUID                                                                                                   \
	{                                                                                                              \
		0x607f766c, 0x7455, 0x42be,                                                                            \
		{                                                                                                      \
			0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f                                                 \
		}                                                                                                      \
	}
#define ES_CC_GUID                                                                                                     \
	{                                                                                                              \
		0x96751a3d, 0x72f4, 0x41a6,                                                                            \
		{                                                                                                      \
			0xa7, 0x94, 0xed, 0x5d, 0x0e, 0x67, 0xae, 0x6b                                                 \
		}                                                                                                      \
	}
#define ES_MEMORY_ATTRIBUTE_GUID                                                                                       \
	{                                                                                                              \
		0xf4560cf6, 0x40ec, 0x4b4a,                                                                            \
		{                                                                                                      \
			0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89                                                 \
		}                                                                                                      \
	}
#define ES_LOAD_FILE2_GUID                                                                                             \
	{                                                                                                              \
		0x4006c0c1, 0xfcb3, 0x403e,                                                                            \
		{                                                                                                      \
			0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d                                                 \
		}                                                                                                      \
	}
/* The device path at which Linux' EFI stub looks for an initrd. */
#define ES_LINUX_INITRD_GUID                                                                                           \
	{                                                                                                              \
		0x5568e427, 0x68fc, 0x4f3d,                                                                            \
		{                                                                                                      \
			0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68                                                 \
		}                                                                                                      \
	}
/* The vendor GUID of the boot loader interface's variables (systemd). */
#define ES_LOADER_GUID                                                                                                 \
	{                                                                                                              \
		0x4a67b082, 0x0a4c, 0x41cf,                                                                            \
		{                                                                                                      \
			0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f                                                 \
		}                                                                                                      \
	}

enum {
	ES_TCG2_LOG_TCG_1_2 = 1, /* EFI_TCG2_EVENT_LOG_FORMAT_TCG_1_2: SHA-1 only */
	ES_TCG2_LOG_TCG_2 = 2,   /* EFI_TCG2_EVENT_LOG_FORMAT_TCG_2; the same number for CC */
	ES_EVENT_HEADER_VERSION = 1,
};

struct es_tcg2_capability {
	UINT8 size;
	UINT8 structure_major, structure_minor, protocol_major, protocol_minor;
	UINT32 hash_algorithms, event_logs;
	BOOLEAN tpm_present;
	UINT16 max_command, max_response;
	UINT32 manufacturer, bank_count, active_banks;
};

/* EFI_TCG2_EVENT and EFI_CC_EVENT have the same layout; for CC pcr is the "MR index". The data follows. */
struct es_event_header {
	UINT32 size; /* of the whole event, including the data */
	UINT32 header_size;
	UINT16 header_version;
	UINT32 pcr;
	UINT32 type;
} __attribute__((packed));

struct es_tcg2 {
	EFI_STATUS(EFIAPI *get_capability)(struct es_tcg2 *self, struct es_tcg2_capability *ret);
	EFI_STATUS(EFIAPI *get_event_log)
	(struct es_tcg2 *self, UINT32 format, EFI_PHYSICAL_ADDRESS *ret_start, EFI_PHYSICAL_ADDRESS *ret_last,
	 BOOLEAN *ret_truncated);
	EFI_STATUS(EFIAPI *hash_log_extend)
	(struct es_tcg2 *self, UINT64 flags, EFI_PHYSICAL_ADDRESS data, UINT64 len, struct es_event_header *event);
};

struct es_cc_capability {
	UINT8 size;
	UINT8 structure_major, structure_minor, protocol_major, protocol_minor;
	UINT32 hash_algorithms, event_logs;
	UINT8 type, subtype;
};

struct es_cc {
	EFI_STATUS(EFIAPI *get_capability)(struct es_cc *self, struct es_cc_capability *ret);
	EFI_STATUS(EFIAPI *get_event_log)
	(struct es_cc *self, UINT32 format, EFI_PHYSICAL_ADDRESS *ret_start, EFI_PHYSICAL_ADDRESS *ret_last,
	 BOOLEAN *ret_truncated);
	EFI_STATUS(EFIAPI *hash_log_extend)
	(struct es_cc *self, UINT64 flags, EFI_PHYSICAL_ADDRESS data, UINT64 len, struct es_event_header *event);
	EFI_STATUS(EFIAPI *map_pcr)(struct es_cc *self, UINT32 pcr, UINT32 *ret_mr);
};

struct es_memory_attribute {
	EFI_STATUS(EFIAPI *get)(struct es_memory_attribute *self, UINT64 at, UINT64 len, UINT64 *ret);
	EFI_STATUS(EFIAPI *set)(struct es_memory_attribute *self, UINT64 at, UINT64 len, UINT64 attributes);
	EFI_STATUS(EFIAPI *clear)(struct es_memory_attribute *self, UINT64 at, UINT64 len, UINT64 attributes);
};

#define ES_MEMORY_NO_EXECUTE 0x4000ull
#define ES_MEMORY_READ_ONLY  0x20000ull

#endif
