# SPDX-License-Identifier: GPL-2.0-only
# Which version this is, for reports: the commit where there is a repository, else that of the project. Writes
# OUT only if it has changed.
cmake_minimum_required(VERSION 3.25)
set(version ${VERSION})
if(EXISTS ${SOURCE}/.git)
  execute_process(COMMAND git -C ${SOURCE} describe --tags --always --dirty
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    string(APPEND version " (${commit})")
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "// SPDX-License-Identifier: GPL-2.0-only
// Written by cmake/version.cmake.
#pragma once

namespace mprogcheck {
inline constexpr char kVersion[] = \"@version@\";
}
" @ONLY)
