# SPDX-License-Identifier: GPL-2.0-only
# Every X_test.cpp is a test program beside what it tests, linked with what its folder may use. X_vm_test.cpp boots
# guests. X_fuzzer.cpp is a libFuzzer program of which CI runs a sample.
#
# The default preset has every test. With a sanitizer there are those to which it can add something: not the ones that
# spend their time in guests, compilers, solvers or a browser, where it sees nothing.
enable_testing()
include(GoogleTest)

# Where the tests find what they run and read; see cmake/test_paths.hpp.in.
set(test_paths ${PROJECT_BINARY_DIR}/test_paths)
configure_file(${PROJECT_SOURCE_DIR}/cmake/test_paths.hpp.in ${test_paths}/test_paths.hpp @ONLY)

# Headers of nearly every test, compiled once for all of them. What is tested is optimised, the tests are not.
file(WRITE ${PROJECT_BINARY_DIR}/test_headers.cpp "")
add_library(test_headers STATIC ${PROJECT_BINARY_DIR}/test_headers.cpp)
target_link_libraries(test_headers PRIVATE GTest::gtest fmt::fmt)
target_precompile_headers(test_headers PRIVATE ${standard_headers} ${model_headers} <fstream> <gtest/gtest.h>
  <rapidcheck.h>)
target_compile_options(test_headers PRIVATE ${quick_to_build})

# All test programs and what they run: what a sanitizer's preset builds.
add_custom_target(tests)

function(test_executable name source)
  add_executable(${name} ${source})
  add_dependencies(tests ${name})
  target_include_directories(${name} PRIVATE ${test_paths})
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gtest_main ${RAPIDCHECK} fmt::fmt Threads::Threads)
  target_precompile_headers(${name} REUSE_FROM test_headers)
  target_compile_options(${name} PRIVATE ${quick_to_build})
endfunction()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # It warns of std::vector's own ==.
  set_source_files_properties(impl/core/test/readers_test.cpp PROPERTIES COMPILE_OPTIONS -Wno-stringop-overread)
endif()

# Each of its tests is one to ctest.
function(test_program source)
  get_filename_component(name ${source} NAME_WE)
  if(name IN_LIST nothing_to_sanitize)
    return()
  endif()
  test_executable(${name} ${source} ${ARGN})
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 900)
endfunction()

function(tests_in folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  list(FILTER sources EXCLUDE REGEX "_vm_test\\.cpp$")
  foreach(source IN LISTS sources)
    test_program(${source} ${ARGN})
  endforeach()
endfunction()

# All of its tests are one to ctest, so that they can share a guest.
function(guest_test_program source)
  get_filename_component(name ${source} NAME_WE)
  test_executable(${name} ${source} vm props inprocess nlohmann_json::nlohmann_json)
  add_dependencies(${name} agent)
  add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/cmake/guest-tests $<TARGET_FILE:${name}>)
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 1800)
endfunction()

function(fuzzer source runs)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  add_dependencies(tests ${name})
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_test(NAME ${name} COMMAND ${name} -runs=${runs} -seed=1 -verbosity=0)
endfunction()

# script_test NAME SECONDS COMMAND...
function(script_test name seconds)
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${seconds})
endfunction()

if(SANITIZE)
  set(nothing_to_sanitize
    repro_c_test repro_netkit_test conform_report_test # compilers
    proofs_test cli_suite_test                         # solvers
    symbolic_test spec_test cli_help_test              # what the compiler instantiates, and texts
    hostile_guest_test tree_test real_tree_test # programs with limits that a sanitizer exceeds
    kernel_campaign_test)                              # the kernel
endif()

if(SANITIZE STREQUAL "thread")
  # Where there are threads.
  test_program(impl/core/test/readers_test.cpp inprocess)
  test_program(impl/core/test/filter_readers_test.cpp inprocess)
  test_program(props/search/campaign_test.cpp props inprocess)
  return()
endif()

foreach(folder IN ITEMS words rules world judge)
  tests_in(model/${folder} model)
endforeach()
tests_in(impl inprocess process)
tests_in(impl/core/test inprocess)
tests_in(impl/fake_kernel/test inprocess)
tests_in(impl/kernel kernel)
tests_in(impl/stress kernel)
tests_in(impl/vm vm fmt::fmt nlohmann_json::nlohmann_json)
tests_in(impl/tree tree vm)
if(NOT SANITIZE)
  add_dependencies(tree_test tree_worker)
  add_dependencies(real_tree_test tree_worker)
  add_executable(liar impl/vm/test/liar.cpp)
  target_link_libraries(liar PRIVATE vm)
  add_dependencies(hostile_guest_test liar)
endif()
foreach(folder IN ITEMS generate search suite explore plan stress messages repro sources cli)
  tests_in(props/${folder} props proofs inprocess kernel fmt::fmt nlohmann_json::nlohmann_json pugixml::pugixml)
endforeach()
tests_in(props/store store inprocess)
tests_in(props/report report inprocess kernel pugixml::pugixml)
add_dependencies(tests mprogcheck)

if(NOT SANITIZE)
  file(GLOB guest_tests CONFIGURE_DEPENDS impl/*/*/*_vm_test.cpp impl/*/*_vm_test.cpp kmod/test/*_vm_test.cpp
    props/*/*_vm_test.cpp)
  foreach(source IN LISTS guest_tests)
    guest_test_program(${source})
  endforeach()
  target_sources(kmod_leaks_vm_test PRIVATE ${PROJECT_SOURCE_DIR}/impl/vm/agent/leaks.cpp)
  script_test(install 300 ${PROJECT_SOURCE_DIR}/cmake/install-test ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR})
  script_test(browser 300 ${PROJECT_SOURCE_DIR}/cmake/browser $<TARGET_FILE:mprogcheck>)
  script_test(cvc5 900 ${PROJECT_SOURCE_DIR}/cmake/cvc5 $<TARGET_FILE:mprogcheck>)
  script_test(plant 120 ${PROJECT_SOURCE_DIR}/impl/faults/plant_test.py)
  script_test(netlink 60 ${PROJECT_SOURCE_DIR}/cmake/netlink --check ${PROJECT_SOURCE_DIR}/impl/module/mprogcheck.yaml
    ${PROJECT_SOURCE_DIR}/impl/module/netlink.h ${PROJECT_SOURCE_DIR}/kmod/netlink.c)
  script_test(toy_verb 900 ${PROJECT_SOURCE_DIR}/model/words/test/toy_verb ${PROJECT_SOURCE_DIR} ${CMAKE_CXX_COMPILER})
  # What is written down for others to run is run.
  foreach(recipe IN ITEMS git_bisect nightly slurm)
    script_test(recipe_${recipe} 600 ${PROJECT_SOURCE_DIR}/recipes/test/${recipe} $<TARGET_FILE:mprogcheck>
      ${PROJECT_SOURCE_DIR})
    set_tests_properties(recipe_${recipe} PROPERTIES LABELS recipes)
  endforeach()
  script_test(tidy 300 ${PROJECT_SOURCE_DIR}/cmake/tidy)
  script_test(signals 600 ${PROJECT_SOURCE_DIR}/props/cli/test/signals.py $<TARGET_FILE:mprogcheck> --rounds 8
    --targets impl,conform)
  script_test(limits 600 ${PROJECT_SOURCE_DIR}/props/cli/test/limits.py $<TARGET_FILE:mprogcheck> --every 3)
  # The examples in the documents that take seconds, and whether their runner notices mistakes.
  script_test(docs 300 ${PROJECT_SOURCE_DIR}/docs/run --program $<TARGET_FILE:mprogcheck>)
  script_test(docs_runner 300 ${PROJECT_SOURCE_DIR}/docs/run_test)
endif()

if(SANITIZE STREQUAL "address,undefined")
  # Not of open files and address space: a sanitizer needs more of both than the program.
  script_test(limits 600 ${PROJECT_SOURCE_DIR}/props/cli/test/limits.py $<TARGET_FILE:mprogcheck> --only disk,missing
    --every 8)
endif()

if(FUZZERS)
  # Coverage feedback for what the fuzzers are to explore.
  target_compile_options(model PRIVATE -fsanitize=fuzzer-no-link)
  target_compile_options(core PRIVATE -fsanitize=fuzzer-no-link)
  target_compile_options(vm PRIVATE -fsanitize=fuzzer-no-link)
  fuzzer(model/words/parse_fuzzer.cpp 200000 model)
  fuzzer(props/search/lockstep_fuzzer.cpp 20000 props inprocess)
  fuzzer(impl/vm/border_fuzzer.cpp 50000 vm)
endif()
