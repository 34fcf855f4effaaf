# SPDX-License-Identifier: Apache-2.0
# `make install [DESTDIR=…] [PREFIX=/usr]`: programs, stub, unit, man pages, completions, hooks for initramfs-tools and dracut.
# What names a place of another file is told the PREFIX on its way. Nothing is enabled: README.md says what comes next.

UNIT_FILES := etcseal-watch.service etcseal-monitor.service etcseal-monitor.timer
PLUGINS := $(DESTDIR)$(PREFIX)/lib/nagios/plugins
SBIN := $(DESTDIR)$(PREFIX)/sbin
UNITS := $(DESTDIR)$(PREFIX)/lib/systemd/system
MAN7 := $(DESTDIR)$(PREFIX)/share/man/man7
MAN8 := $(DESTDIR)$(PREFIX)/share/man/man8
DOC := $(DESTDIR)$(PREFIX)/share/doc/etcseal
COMPLETIONS := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH := $(DESTDIR)$(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
FISH := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
# initramfs-tools looks in two places: packages go into the one, what an administrator built into the other.
INITRAMFS_TOOLS ?= $(if $(filter /usr,$(PREFIX)),/usr/share,/etc)/initramfs-tools
HOOKS := $(DESTDIR)$(INITRAMFS_TOOLS)
HOOK_FILES := hooks/etcseal hooks/etcseal-files scripts/etcseal $(patsubst %,scripts/%/etcseal,init-premount init-bottom)
# mkinitramfs sources it: conf-hooks.d is for packages, and copied nowhere.
CONF_HOOK := $(HOOKS)/$(if $(filter /usr,$(PREFIX)),conf-hooks.d,conf.d)/etcseal-tmpdir
# update-initramfs has no other place; run-parts(8) names.
POST_UPDATE := $(DESTDIR)/etc/initramfs/post-update.d/etcseal-files
# dracut looks for modules in one place only.
DRACUT := $(DESTDIR)/usr/lib/dracut
DRACUT_FILES := modules.d/99etcseal-files/module-setup.sh dracut.conf.d/05-etcseal-tmpdir.conf
LIB_DIR := $(PREFIX)/lib/etcseal
TOLD := sed 's|$$(command -v \(etcseal[-a-z]*\))|$(PREFIX)/sbin/\1|; s|/usr/lib/etcseal/|$(LIB_DIR)/|'

# For an initramfs that systemd runs: laid out as its /etc/systemd/system has to have them. A tool that builds one copies them there.
UNITS_INITRD ?= $(DESTDIR)$(PREFIX)/lib/etcseal/initrd-units
.PHONY: units-initrd
units-initrd:
	$(Q)install -d -m 0755 $(UNITS_INITRD)/initrd-switch-root.service.d
	$(Q)install -m 0644 -t $(UNITS_INITRD) initrd/systemd/etcseal-unlock.service initrd/systemd/etcseal-apply.service
	$(Q)install -m 0644 -t $(UNITS_INITRD)/initrd-switch-root.service.d initrd/systemd/initrd-switch-root.service.d/etcseal.conf
	$(Q)for u in emergency rescue dracut-emergency; do \
		install -m 0644 initrd/systemd/no-shell.service $(UNITS_INITRD)/$$u.service || exit 1; done
	$(Q)for u in systemd-hibernate-resume systemd-hibernate-resume@ debug-shell; do \
		ln -sfn /dev/null $(UNITS_INITRD)/$$u.service || exit 1; done

install: all install-files

# Of what is built already: no compiler runs as root, if `make` ran before.
install-files: units-initrd
	$(call say,INST,$(DESTDIR)$(PREFIX))
	$(Q)install -D -m 0755 -t $(SBIN) $(BUILD)/etcseal $(BUILD)/etcseal-boot
	$(Q)install -D -m 0644 -t $(DESTDIR)$(PREFIX)/lib/etcseal $(STUB)
	$(Q)install -D -m 0644 -t $(DOC) README.md SECURITY.md FORMAT.md LICENSE
	$(Q)install -d -m 0755 $(UNITS) $(PLUGINS) $(MAN7) $(MAN8) $(COMPLETIONS) $(ZSH) $(FISH) $(dir $(addprefix $(HOOKS)/,$(HOOK_FILES)) $(CONF_HOOK) \
		$(POST_UPDATE) $(addprefix $(DRACUT)/,$(DRACUT_FILES)))
	$(Q)for f in $(UNIT_FILES); do sed 's|/usr/sbin/|$(PREFIX)/sbin/|' tools/$$f >$(UNITS)/$$f || exit 1; done
	$(Q)sed 's|/usr/sbin/|$(PREFIX)/sbin/|' tools/check_etcseal >$(PLUGINS)/check_etcseal && \
		chmod 0755 $(PLUGINS)/check_etcseal
	$(Q)sed 's|/usr/lib/etcseal/|$(PREFIX)/lib/etcseal/|' tools/etcseal.8 >$(MAN8)/etcseal.8
	$(Q)install -m 0644 initrd/etcseal-boot.8 $(MAN8)/etcseal-boot.8
	$(Q)install -m 0644 tools/etcseal-reasons.7 $(MAN7)/etcseal-reasons.7
	$(Q)$(BUILD)/etcseal completion bash >$(COMPLETIONS)/etcseal
	$(Q)$(BUILD)/etcseal completion zsh >$(ZSH)/_etcseal
	$(Q)$(BUILD)/etcseal completion fish >$(FISH)/etcseal.fish
	$(Q)for f in $(HOOK_FILES); do \
		$(TOLD) initrd/initramfs-tools/$$f >$(HOOKS)/$$f && chmod 0755 $(HOOKS)/$$f || exit 1; done
	$(Q)for f in $(DRACUT_FILES); do $(TOLD) initrd/dracut/$$f >$(DRACUT)/$$f && chmod 0755 $(DRACUT)/$$f || exit 1; done
	$(Q)for f in look-files ram-tmpdir; do \
		$(TOLD) initrd/$$f >$(DESTDIR)$(LIB_DIR)/$$f && chmod 0755 $(DESTDIR)$(LIB_DIR)/$$f || exit 1; done
	$(Q)$(TOLD) initrd/initramfs-tools/post-update.d/etcseal-files >$(POST_UPDATE) && chmod 0755 $(POST_UPDATE)
	$(Q)$(TOLD) initrd/initramfs-tools/conf-hooks.d/etcseal-tmpdir >$(CONF_HOOK) && chmod 0644 $(CONF_HOOK)
	$(Q)chmod 0644 $(DRACUT)/dracut.conf.d/05-etcseal-tmpdir.conf $(HOOKS)/scripts/etcseal $(addprefix $(UNITS)/,$(UNIT_FILES)) $(MAN8)/etcseal.8 $(COMPLETIONS)/etcseal \
		$(ZSH)/_etcseal $(FISH)/etcseal.fish
