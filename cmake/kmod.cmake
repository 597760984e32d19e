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

file(GLOB kmod_headers_own CONFIGURE_DEPENDS kmod/*.h)
file(GLOB kmod_sources CONFIGURE_DEPENDS kmod/*.c)
file(GLOB kmod_core_headers CONFIGURE_DEPENDS impl/core/*.h)
file(GLOB kmod_core_sources CONFIGURE_DEPENDS impl/core/*.c)
file(GLOB platform_headers CONFIGURE_DEPENDS kmod/include/*.h)
cmake_host_system_information(RESULT processors QUERY NUMBER_OF_LOGICAL_CORES)

# Links files into a folder, in the place of those that were there, and adds them to `sources`.
macro(link_files folder)
  file(MAKE_DIRECTORY ${folder})
  file(GLOB stale ${folder}/*.c ${folder}/*.h)
  file(REMOVE ${folder}/none ${stale})
  foreach(file IN ITEMS ${ARGN})
    get_filename_component(link ${file} NAME)
    file(CREATE_LINK ${file} ${folder}/${link} SYMBOLIC)
    list(APPEND sources ${file})
  endforeach()
endmacro()

# Builds NAME.ko of the .c files of the module and of impl/core, or of copies of them. Type information is left out:
# only tracing has a use for it, and it needs another tool.
function(add_kmod name module_sources core_sources)
  set(folder ${PROJECT_BINARY_DIR}/${name}.kbuild)
  set(sources)
  link_files(${folder} ${module_sources} ${kmod_headers_own} ${PROJECT_SOURCE_DIR}/kmod/Kbuild
    ${PROJECT_SOURCE_DIR}/impl/module/netlink.h)
  link_files(${folder}/include ${platform_headers})
  link_files(${folder}/core ${core_sources} ${kmod_core_headers})
  if(name STREQUAL "mprogcheck-faulty")
    link_files(${folder}/faults ${PROJECT_SOURCE_DIR}/impl/faults/module.c ${planted}/slips.h)
  endif()
  add_custom_command(
    OUTPUT ${PROJECT_BINARY_DIR}/${name}.ko
    COMMAND make -s -j${processors} -C ${kmod_found} M=${folder} CC=${kmod_compiler} KCFLAGS=-Werror
      CONFIG_DEBUG_INFO_BTF_MODULES= ${kmod_flags} ${ARGN}
    COMMAND strip --strip-debug -o ${PROJECT_BINARY_DIR}/${name}.ko ${folder}/mprogcheck.ko
    DEPENDS ${sources}
    VERBATIM)
endfunction()

set(checks W=1)
find_program(SPARSE sparse)
if(SPARSE)
  list(APPEND checks C=1 CF=-Wsparse-error)
endif()
add_kmod(mprogcheck "${kmod_sources}" "${kmod_core_sources}" ${checks})

set(planted_module ${planted_files})
list(FILTER planted_module INCLUDE REGEX "/kmod/")
set(planted_core ${planted_files})
list(FILTER planted_core INCLUDE REGEX "/core/")
add_kmod(mprogcheck-faulty "${planted_module}" "${planted_core}" PLANTED_FAULTS=y)
add_custom_target(kmod ALL
  DEPENDS ${PROJECT_BINARY_DIR}/mprogcheck.ko ${PROJECT_BINARY_DIR}/mprogcheck-faulty.ko)
add_dependencies(kmod plant)
