# SPDX-License-Identifier: BSD-3-Clause
# Build rules that every target of the project shares.

add_library(ringside_options INTERFACE)
target_compile_options(ringside_options INTERFACE -Wall -Wextra -Werror)
# CRC32C has an instruction since SSE4.2, which DPDK's own baseline (corei7) requires as well.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(ringside_options INTERFACE -msse4.2)
endif()
if(RINGSIDE_SANITIZE)
  set(_san -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_compile_options(ringside_options INTERFACE ${_san})
  target_link_options(ringside_options INTERFACE ${_san})
endif()
target_compile_definitions(ringside_options INTERFACE RINGSIDE_VERSION="${PROJECT_VERSION}")

# ringside_library(<name> <include root> <source>...): a static library under the project's rules.
function(ringside_library name include_root)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PUBLIC ${include_root})
  target_link_libraries(${name} PUBLIC ringside_options)
endfunction()

# ci/test runs the tests of several build trees at once: their names say which tree failed.
if(NOT RINGSIDE_WITH_DPDK)
  set(RINGSIDE_TEST_PREFIX core-only.)
elseif(RINGSIDE_SANITIZE)
  set(RINGSIDE_TEST_PREFIX asan.)
endif()

include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold RINGSIDE_HAS_GOLD)

# ringside_compile_fast(<target>): for programs of tests. What they test is built as users get it;
# they themselves need to compile fast, not to run so.
function(ringside_compile_fast target)
  target_compile_options(${target} PRIVATE -O0 -g0)
  # Without the compiler's own garbage collections: a sixth of the time, for a gigabyte at most.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE --param=ggc-min-heapsize=1048576)
  endif()
  # The linker that needs a second less for each of a hundred programs.
  if(RINGSIDE_HAS_GOLD)
    target_link_options(${target} PRIVATE -fuse-ld=gold)
  endif()
  # UndefinedBehaviorSanitizer watches what is tested; in the tests' own templates it would cost a
  # third of the compile time.
  if(RINGSIDE_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()

# ringside_link_dpdk_statically(<target> <driver>...): with DPDK's static libraries and these drivers
# alone, where such libraries are installed; otherwise as it was. What is linked against the shared
# ones loads every driver of the installation when EAL starts, which takes longer than all else.
function(ringside_link_dpdk_statically target)
  set(archives)
  foreach(part eal kvargs telemetry ring mempool mbuf net ethdev meter mempool_ring bus_vdev ${ARGN})
    find_library(RINGSIDE_RTE_STATIC_${part} NAMES librte_${part}.a HINTS ${DPDK_LIBDIR})
    mark_as_advanced(RINGSIDE_RTE_STATIC_${part})
    if(NOT RINGSIDE_RTE_STATIC_${part})
      return()
    endif()
    list(APPEND archives ${RINGSIDE_RTE_STATIC_${part}})
  endforeach()
  # Drivers and buses announce themselves in constructors, to which nothing refers. The shared
  # libraries come later on the command line, and none of them is needed any more.
  list(JOIN archives "," archives)
  target_link_options(${target} PRIVATE -Wl,--whole-archive,${archives},--no-whole-archive
                                        -Wl,--as-needed)
  target_link_libraries(${target} PRIVATE numa dl pthread)
endfunction()

# ringside_compile_hot(<target>): loops over bursts are turned into vector code, which -O2 does not
# do for bursts of any length.
function(ringside_compile_hot target)
  if(NOT RINGSIDE_SANITIZE)
    target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-O3>)
  endif()
endfunction()

# ringside_test(<tier> <name> LIBS <lib>... SOURCES <file>...): a GoogleTest program whose cases
# ctest lists one by one under the label <tier> (unit, eal or system), with sanitizers as one test.
# The target test_programs builds all of them.
function(ringside_test tier name)
  cmake_parse_arguments(arg "" "" "LIBS;SOURCES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} ringside_options GTest::gtest GTest::gmock
                                        GTest::gtest_main rapidcheck)
  ringside_compile_fast(${name})
  if(NOT TARGET test_programs)
    add_custom_target(test_programs)
  endif()
  add_dependencies(test_programs ${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  if(RINGSIDE_SANITIZE)
    # A program with sanitizers takes a second to start: it starts once for all its cases.
    add_test(NAME ${RINGSIDE_TEST_PREFIX}${name} COMMAND ${name})
    set_tests_properties(${RINGSIDE_TEST_PREFIX}${name} PROPERTIES LABELS ${tier} TIMEOUT 900)
  else()
    gtest_discover_tests(${name} TEST_PREFIX "${RINGSIDE_TEST_PREFIX}" DISCOVERY_TIMEOUT 60
                         PROPERTIES LABELS ${tier})
  endif()
endfunction()
include(GoogleTest)

# ringside_test_helper(<name> <test> <macro>): a program that the test program <test> runs, built
# from <name>.cpp; the test finds its path in <macro>.
function(ringside_test_helper name test macro)
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE ringside_dpdk)
  ringside_compile_fast(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_compile_definitions(${test} PRIVATE ${macro}="$<TARGET_FILE:${name}>")
  add_dependencies(${test} ${name})
endfunction()
