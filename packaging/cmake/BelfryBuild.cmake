# How everything here is compiled. One place for flags; targets add only what is their own.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

set(BELFRY_SANITIZE "" CACHE STRING "Sanitizers for the whole build, e.g. address,undefined or thread")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -Wno-missing-field-initializers)
if(BELFRY_SANITIZE)
  add_compile_options(-fsanitize=${BELFRY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BELFRY_SANITIZE})
endif()

find_program(BELFRY_CCACHE ccache)
if(BELFRY_CCACHE)
  # Paths relative to the tree, so that a second clone finds what the first one compiled.
  set(BELFRY_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${BELFRY_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${BELFRY_LAUNCHER})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BELFRY_LAUNCHER})
endif()
find_program(BELFRY_MOLD mold)
if(BELFRY_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# belfry_library(NAME [DEPENDS lower layers] [PRIVATE third parties])
# One layer of the host: every .cpp of the calling folder. Third parties are linked PRIVATE, so a higher layer cannot
# include their headers by accident; tests/tidy checks the #include lines as well.
function(belfry_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE;PUBLIC" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/host)
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} Threads::Threads)
endfunction()

# belfry_test(NAME [LIBS libraries] [LABELS labels] [TIMEOUT s]): one GoogleTest program of NAME.cpp or every .cpp of folder NAME/,
# registered whole with ctest (one start of its services for all of its cases).
function(belfry_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LIBS;LABELS;SOURCES;ENVIRONMENT" ${ARGN})
  if(NOT ARG_SOURCES)
    if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/${name})
      file(GLOB ARG_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
    else()
      set(ARG_SOURCES ${name}.cpp)
    endif()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(test_${name} ${ARG_SOURCES})
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/host ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${ARG_LIBS} GTest::gtest GTest::gmock GTest::gtest_main Threads::Threads)
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "BELFRY_SOURCE_DIR=${CMAKE_SOURCE_DIR};BELFRY_BUILD_DIR=${CMAKE_BINARY_DIR};${ARG_ENVIRONMENT}")
endfunction()
