# SPDX-License-Identifier: GPL-2.0-only
# A copy of our implementation in which slips are planted, and one, or none, is selected at run time: for a process
# and for the module alike. impl/faults/plant makes it; a slip that no longer fits its place fails the build.
find_program(PYTHON3 python3 REQUIRED)
set(planted ${PROJECT_BINARY_DIR}/planted)
set(slip_tables lists references requests filters devices packets races) # in the order of `mprogcheck faults`
list(TRANSFORM slip_tables REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/impl/faults/\\1.slips")
file(GLOB slip_sources CONFIGURE_DEPENDS impl/core/*.c impl/fake_kernel/*.c kmod/*.c)
list(FILTER slip_sources EXCLUDE REGEX "/rcu\\.c$") # readers are registered once a thread
set(planted_files ${slip_sources})
list(TRANSFORM planted_files REPLACE "^.*/([^/]+/[^/]+)$" "${planted}/\\1")
add_custom_command(
  OUTPUT ${planted_files} ${planted}/slips.h ${planted}/names.h
  COMMAND ${PYTHON3} ${PROJECT_SOURCE_DIR}/impl/faults/plant --out ${planted} --tables ${slip_tables}
    --sources ${slip_sources}
  COMMENT "Planting slips"
  DEPENDS ${PROJECT_SOURCE_DIR}/impl/faults/plant ${slip_tables} ${slip_sources}
  VERBATIM)
add_custom_target(plant DEPENDS ${planted_files} ${planted}/slips.h ${planted}/names.h)

# For a process. All functions get other names, so that a program can have both, and what stands between a trace
# and the core is compiled for each.
set(planted_sources ${planted_files})
list(FILTER planted_sources EXCLUDE REGEX "/kmod/")
sources_in(environment_sources impl/inprocess)
list(FILTER environment_sources EXCLUDE REGEX "/inprocess\\.cpp$")
add_library(planted STATIC ${planted_sources} ${environment_sources} impl/faults/process.c)
add_dependencies(planted plant)
target_include_directories(planted PUBLIC ${planted} PRIVATE $<$<COMPILE_LANGUAGE:C>:${PROJECT_SOURCE_DIR}/impl/core>)
target_compile_options(planted PRIVATE -include names.h -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
  # A slip may leave a variable, a branch or a parameter without use.
  $<$<COMPILE_LANGUAGE:C>:-std=gnu11;-Wno-unused;-Wno-unused-parameter;-Wno-misleading-indentation>
  $<$<COMPILE_LANGUAGE:CXX>:-Dinprocess=inprocess_planted>)
target_link_libraries(planted PUBLIC model core)
