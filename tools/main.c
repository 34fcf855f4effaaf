/* SPDX-License-Identifier: Apache-2.0 */
/* etcseal, the administrator's command. */
#include "keys/core/harden.h"
#include "tools/dispatch.h"

int main(int argc, char **argv)
{
	es_harden_process();
	return (int)es_dispatch(argc, argv);
}
