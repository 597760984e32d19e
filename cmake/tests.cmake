# SPDX-License-Identifier: GPL-2.0-only
# Every X_test.cpp is a test program beside what it tests, linked with what its folder may use.
enable_testing()
include(GoogleTest)

function(tests_in folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_compile_definitions(${name} PRIVATE
      MPROGCHECK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" MPROGCHECK="$<TARGET_FILE:mprogcheck>")
    target_link_libraries(${name} PRIVATE ${ARGN} GTest::gtest_main ${RAPIDCHECK} Threads::Threads)
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 900)
  endforeach()
endfunction()

tests_in(model model)
tests_in(impl inprocess)
tests_in(impl/kernel kernel)
tests_in(props props inprocess kernel fmt::fmt nlohmann_json::nlohmann_json)
