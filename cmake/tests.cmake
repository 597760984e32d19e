# SPDX-License-Identifier: GPL-2.0-only
# Every X_test.cpp is a test program beside what it tests, linked with what its folder may use; every
# X_fuzzer.cpp a libFuzzer program of which CI runs a sample.
enable_testing()
include(GoogleTest)

function(test_program source)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_compile_definitions(${name} PRIVATE
    MPROGCHECK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" MPROGCHECK="$<TARGET_FILE:mprogcheck>")
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gtest_main ${RAPIDCHECK} Threads::Threads)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 900)
endfunction()

function(tests_in folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  foreach(source IN LISTS sources)
    test_program(${source} ${ARGN})
  endforeach()
endfunction()

function(fuzzer source runs)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_test(NAME ${name} COMMAND ${name} -runs=${runs} -seed=1 -verbosity=0)
endfunction()

if(SANITIZE STREQUAL "thread")
  # Where there are threads.
  test_program(impl/readers_test.cpp inprocess)
  test_program(props/campaign_test.cpp props inprocess)
else()
  tests_in(model model)
  tests_in(impl inprocess process)
  tests_in(impl/kernel kernel)
  tests_in(props props proofs inprocess kernel fmt::fmt nlohmann_json::nlohmann_json pugixml::pugixml)
  tests_in(props/repro props fmt::fmt)
  tests_in(props/report report inprocess kernel pugixml::pugixml)
  add_test(NAME browser COMMAND ${PROJECT_SOURCE_DIR}/cmake/browser $<TARGET_FILE:mprogcheck>)
  set_tests_properties(browser PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
  add_test(NAME cvc5 COMMAND ${PROJECT_SOURCE_DIR}/cmake/cvc5 $<TARGET_FILE:mprogcheck>)
  set_tests_properties(cvc5 PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
  add_test(NAME tidy COMMAND ${PROJECT_SOURCE_DIR}/cmake/tidy)
endif()

if(FUZZERS)
  # Coverage feedback for what the fuzzers are to explore.
  target_compile_options(model PRIVATE -fsanitize=fuzzer-no-link)
  target_compile_options(core PRIVATE -fsanitize=fuzzer-no-link)
  fuzzer(model/parse_fuzzer.cpp 200000 model)
  fuzzer(props/lockstep_fuzzer.cpp 20000 props inprocess)
endif()
