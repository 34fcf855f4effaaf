/* SPDX-License-Identifier: Apache-2.0 */
/* Reports the state to the service manager by sd_notify(3)'s protocol, a datagram to $NOTIFY_SOCKET. */
#ifndef ES_TOOLS_NOTIFY_H
#define ES_TOOLS_NOTIFY_H

#include <stdbool.h>

/* "READY=1", or several lines. False: nobody listens, which isn't an error. */
bool es_notify(const char *state);

#endif
