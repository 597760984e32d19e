# SPDX-License-Identifier: GPL-2.0-only
# Our implementation as a kernel module, where the headers of a kernel from 6.12 on are: those that ./mprogcheck
# unpacked, installed ones whose compiler is here, or those that KMOD_HEADERS says, such as cmake/newest-headers
# unpacks. It is built in a folder of links, as kbuild leaves its objects beside the sources.
set(KMOD_HEADERS "" CACHE PATH "Headers of the kernel that the module is built for; empty: the newest that are here")

set(cache "$ENV{XDG_CACHE_HOME}")
if(NOT cache)
  set(cache "$ENV{HOME}/.cache")
endif()
file(GLOB kmod_headers CONFIGURE_DEPENDS /usr/src/linux-headers-*-cloud-amd64
  ${cache}/mprogcheck/headers/usr/src/linux-headers-*-cloud-amd64)
list(SORT kmod_headers COMPARE NATURAL)
set(kmod_found "${KMOD_HEADERS}")
foreach(headers IN LISTS kmod_headers)
  file(STRINGS ${headers}/.config compiler REGEX "^CONFIG_CC_VERSION_TEXT=")
  string(REGEX MATCH "gcc-[0-9]+" compiler "${compiler}")
  find_program(KMOD_${compiler} ${compiler})
  if(NOT KMOD_HEADERS AND KMOD_${compiler} AND headers MATCHES "headers-(6\\.1[2-9]|[7-9])\\.")
    set(kmod_found ${headers})
  endif()
endforeach()

if(NOT kmod_found)
  message(STATUS "The kernel module is not built: no headers of a kernel from 6.12 on with their compiler "
    "(Debian: linux-headers-cloud-amd64 of bookworm-backports and gcc-12; ./mprogcheck test gets them)")
  return()
endif()
file(STRINGS ${kmod_found}/include/config/kernel.release kmod_release)
message(STATUS "The kernel module is built for ${kmod_release}")
file(STRINGS ${kmod_found}/.config kmod_compiler REGEX "^CONFIG_CC_VERSION_TEXT=")
string(REGEX MATCH "gcc-[0-9]+" kmod_compiler "${kmod_compiler}")
find_program(KMOD_${kmod_compiler} ${kmod_compiler})
set(kmod_flags)
if(NOT KMOD_${kmod_compiler})
  # An older one does as well, but for one option of newer compilers that the configuration may ask for.
  set(kmod_compiler gcc-12)
  set(kmod_flags CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=)
endif()

file(GLOB own CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/kmod
  kmod/*.[ch] kmod/include/*.h kmod/Kbuild)
set(shared list.c mainline.c rfc2.c rfc2_detach.c relative.c link.c command.c run.c filter.c cls.c
  mprog.h internal.h faults.h platform.h rfc2.h filter.h cls.h)

find_program(SPARSE sparse)
if(SPARSE)
  list(APPEND kmod_flags C=1 CF=-Wsparse-error)
endif()

# Builds NAME.ko, without type information, which only tracing has a use for and which needs another tool.
function(add_kmod name)
  set(folder ${PROJECT_BINARY_DIR}/${name}.kbuild)
  file(MAKE_DIRECTORY ${folder}/core ${folder}/include)
  set(sources)
  foreach(file IN LISTS own)
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/kmod/${file} ${folder}/${file} SYMBOLIC)
    list(APPEND sources ${PROJECT_SOURCE_DIR}/kmod/${file})
  endforeach()
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/impl/module/netlink.h ${folder}/netlink.h SYMBOLIC)
  list(APPEND sources ${PROJECT_SOURCE_DIR}/impl/module/netlink.h)
  foreach(file IN LISTS shared)
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/impl/core/${file} ${folder}/core/${file} SYMBOLIC)
    list(APPEND sources ${PROJECT_SOURCE_DIR}/impl/core/${file})
  endforeach()
  add_custom_command(
    OUTPUT ${PROJECT_BINARY_DIR}/${name}.ko
    COMMAND make -s -C ${kmod_found} M=${folder} CC=${kmod_compiler} W=1 KCFLAGS=-Werror
      CONFIG_DEBUG_INFO_BTF_MODULES= ${kmod_flags} ${ARGN}
    COMMAND strip --strip-debug -o ${PROJECT_BINARY_DIR}/${name}.ko ${folder}/mprogcheck.ko
    DEPENDS ${sources}
    VERBATIM)
endfunction()
add_kmod(mprogcheck)
add_kmod(mprogcheck-faulty PLANTED_FAULTS=y)
add_custom_target(kmod ALL
  DEPENDS ${PROJECT_BINARY_DIR}/mprogcheck.ko ${PROJECT_BINARY_DIR}/mprogcheck-faulty.ko)
