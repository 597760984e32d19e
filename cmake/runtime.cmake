# SPDX-License-Identifier: GPL-2.0-only
# The runtime of C reproducers: compiled by itself, so that a compiler sees all of it, and built into the program as
# text. Which files it has, and in which order, says runtime.c.
set(runtime ${PROJECT_SOURCE_DIR}/props/repro/runtime)
file(STRINGS ${runtime}/runtime.c includes REGEX "^#include \".*\\.c\"$")
set(runtime_text "")
foreach(line IN LISTS includes)
  string(REGEX REPLACE "^#include \"(.*)\"$" "\\1" name ${line})
  file(READ ${runtime}/${name} text)
  string(APPEND runtime_text "    R\"C(${text})C\",\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${runtime}/${name})
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${runtime}/runtime.c)
file(CONFIGURE OUTPUT ${generated}/runtime.hpp CONTENT "// SPDX-License-Identifier: GPL-2.0-only
// Written by cmake/runtime.cmake from props/repro/runtime.
#pragma once

#include <string_view>

namespace mprogcheck::repro {
inline constexpr std::string_view kRuntime[] = {
@runtime_text@};
}
" @ONLY)

# A program has only those functions that it uses; here are all of them, without and with what is behind
# #ifdef.
foreach(name repro_runtime repro_runtime_TWO_SPACES)
  add_library(${name} OBJECT ${runtime}/runtime.c)
  target_compile_options(${name} PRIVATE -std=gnu11 -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-variable)
  add_dependencies(props ${name})
endforeach()
target_compile_definitions(repro_runtime_TWO_SPACES PRIVATE TWO_SPACES IDS CLOSES REDIRECTS SEVERAL BOTH_HOOKS SENDS
  SOCKETS NAMED CARRIES PAIRS USES_LO LONG DRAWN)
set_source_files_properties(${PROJECT_SOURCE_DIR}/props/repro/pieces.cpp PROPERTIES
  INCLUDE_DIRECTORIES ${generated} OBJECT_DEPENDS ${generated}/runtime.hpp)
