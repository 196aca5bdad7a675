# SPDX-License-Identifier: GPL-2.0-or-later
# Writes OUTPUT, which defines KEPT_VERSION: 64 bits of a hash over the contents of SOURCES (analyzer/lib/heap/kept_file.h).
set(hashes "")
foreach(source IN LISTS SOURCES)
    file(SHA256 ${source} hash)
    string(APPEND hashes ${hash})
endforeach()
string(SHA256 all "${hashes}")
string(SUBSTRING ${all} 0 16 version)
file(WRITE ${OUTPUT} "#define KEPT_VERSION UINT64_C(0x${version})\n")
