# `belfry plugin new` for each kind: what it makes is built and checked outside of this tree, against an installed SDK only.
# cmake -DBUILD=<finished build> -DWORK=<scratch folder> -P template.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "${command}\nended with ${result}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix --component sdk)
foreach(kind channel template auth)
  run(${BUILD}/bin/belfry plugin new --kind ${kind} --name acme-${kind} --dir ${WORK}/${kind})
  run(${CMAKE_COMMAND} -G Ninja -S ${WORK}/${kind} -B ${WORK}/${kind}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
    "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
  run(${CMAKE_COMMAND} --build ${WORK}/${kind}/build)
  run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/${kind}/build --output-on-failure)
endforeach()
file(REMOVE_RECURSE ${WORK})
