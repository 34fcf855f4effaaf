/* SPDX-License-Identifier: Apache-2.0 */
/* Telling the service manager how it goes: sd_notify(3)'s protocol, a datagram to $NOTIFY_SOCKET. */
#ifndef ES_TOOLS_NOTIFY_H
#define ES_TOOLS_NOTIFY_H

#include <stdbool.h>

/* "READY=1", or several lines. False: nobody listens, which is no error. */
bool es_notify(const char *state);

#endif
