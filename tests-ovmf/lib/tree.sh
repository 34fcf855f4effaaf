# SPDX-License-Identifier: Apache-2.0
# Folders that become an initramfs or a root file system: programs with the libraries they need.

TSS_TCTI=/usr/lib/x86_64-linux-gnu/libtss2-tcti-device.so.0 # loaded by name at run time, so ldd doesn't list it

tree_make() { # folder: with the links of a merged /usr
	rm -rf "$1"
	mkdir -p "$1"/{usr/bin,usr/sbin,usr/lib/x86_64-linux-gnu,usr/lib64,etc,proc,sys,dev,run}
	ln -s usr/bin "$1/bin"
	ln -s usr/sbin "$1/sbin"
	ln -s usr/lib "$1/lib"
	ln -s usr/lib64 "$1/lib64"
}

tree_libraries() { # folder, programs or libraries: copies what they are linked with
	local folder=$1 library
	shift
	ldd "$@" 2>/dev/null | grep -oE '/[^ )]+\.so[^ )]*' | sort -u | while IFS= read -r library; do
		mkdir -p "$folder$(dirname "$library")"
		cp -L "$library" "$folder$library"
	done
}

tree_program() { # folder, program: to /usr/bin
	cp --remove-destination "$2" "$1/usr/bin/"
	tree_libraries "$1" "$2"
}

tree_tss() { # folder: how tpm2-tss reaches the kernel's TPM
	cp -L "$TSS_TCTI" "$1/usr/lib/x86_64-linux-gnu/"
	tree_libraries "$1" "$TSS_TCTI"
}
