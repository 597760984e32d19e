# SPDX-License-Identifier: GPL-2.0-only
# What is installed, and the Debian package:
#
#   cmake --build build/default --target installable
#   cmake --install build/default --prefix /usr/local
#   cd build/default && cpack -G DEB
#
# The program finds everything relative to itself (props/cli/data.cpp).
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # tests are not installed

# In the build directory the source is what is installed elsewhere.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share)
foreach(name IN ITEMS traces known)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${name} ${PROJECT_BINARY_DIR}/share/${name} SYMBOLIC)
endforeach()
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/impl/tree/shim ${PROJECT_BINARY_DIR}/share/tree SYMBOLIC)

# Manual page and completions, made by the program from its own definitions.
set(documents ${PROJECT_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${documents})
add_custom_command(
  OUTPUT ${documents}/mprogcheck.1.gz ${documents}/mprogcheck.bash ${documents}/_mprogcheck
  COMMAND mprogcheck --generate man > mprogcheck.1
  COMMAND mprogcheck --generate bash > mprogcheck.bash
  COMMAND mprogcheck --generate zsh > _mprogcheck
  COMMAND gzip -9 -n -f mprogcheck.1
  DEPENDS mprogcheck
  WORKING_DIRECTORY ${documents}
  VERBATIM)
add_custom_target(installable ALL DEPENDS mprogcheck ${documents}/mprogcheck.1.gz)

include(GNUInstallDirs)
set(for_guests lib/mprogcheck)
install(TARGETS mprogcheck DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET agent)
  add_dependencies(installable agent)
  install(TARGETS agent DESTINATION ${for_guests})
endif()
add_dependencies(installable tree_worker)
install(TARGETS tree_worker DESTINATION ${for_guests})
if(TARGET kmod)
  add_dependencies(installable kmod)
  install(FILES ${PROJECT_BINARY_DIR}/mprogcheck.ko ${PROJECT_BINARY_DIR}/mprogcheck-faulty.ko
    DESTINATION ${for_guests})
endif()
install(DIRECTORY traces/suite traces/clauses traces/tutorial traces/examples
  DESTINATION ${CMAKE_INSTALL_DATADIR}/mprogcheck/traces)
install(DIRECTORY recipes DESTINATION ${CMAKE_INSTALL_DATADIR}/mprogcheck USE_SOURCE_PERMISSIONS PATTERN test EXCLUDE)
install(DIRECTORY impl/tree/shim/ DESTINATION ${CMAKE_INSTALL_DATADIR}/mprogcheck/tree)
install(DIRECTORY known DESTINATION ${CMAKE_INSTALL_DATADIR}/mprogcheck)
install(FILES ${documents}/mprogcheck.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${documents}/mprogcheck.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME mprogcheck)
install(FILES ${documents}/_mprogcheck DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN "run*" EXCLUDE)

set(CPACK_PACKAGE_VENDOR mprogcheck)
set(CPACK_PACKAGE_CONTACT "mprogcheck <mprogcheck@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "judges implementations of multi-program attachment (bpf_mprog)")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# Kernels in guests; C programs that show deviations, compiled for the report.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "qemu-system-x86")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gcc, libbpf-dev, libelf-dev, zlib1g-dev")
include(CPack)
