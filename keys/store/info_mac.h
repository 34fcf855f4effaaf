/* SPDX-License-Identifier: Apache-2.0 */
/* The last line of encryption.info, "mac <64 hex>\n". Private to keys/store. */
#ifndef ES_STORE_INFO_MAC_H
#define ES_STORE_INFO_MAC_H

#include "keys/store/info.h"

#define ES_MAC_WORD "mac "
enum { ES_MAC_LINE_LEN = 4 + 2 * ES_SHA256_LEN + 1 };

/* Splits the file into the authenticated part (including its last newline) and the MAC. Detail as for es_info_parse. */
ES_MUST_CHECK enum es_reason es_info_split(struct es_span bytes, struct es_span *ret_json, struct es_digest *ret_mac,
					   char ret_detail[static ES_DETAIL_TEXT]);

#endif
