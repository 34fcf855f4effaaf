/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/hooks.h"

#include "keys/tests/lib/oracle.h"

#include <unistd.h>

/* Tests are run from the top of the sources. */
int hooks_folder_make(void **state)
{
	char cwd[PATH_MAX], self[PATH_MAX];

	if (oracle_folder_make(state) != 0 || getcwd(cwd, sizeof cwd) == NULL)
		return -1;
	oracle_build_folder(self);
	return oracle_shell(state,
			    "cd '%s/initrd' && cp -r dracut look-files ram-tmpdir \"$OLDPWD\" && cp -r initramfs-tools "
			    "\"$OLDPWD/hooks\" && cd \"$OLDPWD\" && ln -s '%s/etcseal' '%s/etcseal-boot' .",
			    cwd, self, self);
}

int hooks_mkinitramfs(void **state, const char *conf, const char *environment)
{
	return oracle_shell(state,
			    "rm -rf mk && cp -r /etc/initramfs-tools mk && cp -r %s/. mk && "
			    "sed -i 's/^MODULES=.*/MODULES=list/' mk/initramfs.conf && "
			    "export ETCSEAL=$PWD/etcseal ETCSEAL_BOOT=$PWD/etcseal-boot ETCSEAL_LOOK=$PWD/look-files "
			    "ETCSEAL_RUN=$PWD ETCSEAL_INITRAMFS=yes && "
			    "%s mkinitramfs -d \"$PWD/mk\" -o image \"$(ls /lib/modules | tail -n 1)\" >said 2>&1",
			    conf, environment);
}
