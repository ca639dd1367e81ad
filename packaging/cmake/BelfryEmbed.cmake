# belfry_embed(TARGET FILE NAME): compiles a text file into TARGET as `extern const std::string_view belfry::embedded::NAME`
# (declare it where it is used). Run with -P it is its own build step, so that a changed file is seen by ninja.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${INPUT} text)
  # Pieces, since the standard promises only 64 KiB for one literal.
  string(LENGTH "${text}" length)
  set(literals "")
  set(from 0)
  while(from LESS length)
    string(SUBSTRING "${text}" ${from} 8000 piece)
    string(APPEND literals "R\"belfry(${piece})belfry\"\n")
    math(EXPR from "${from} + 8000")
  endwhile()
  file(WRITE ${OUTPUT} "// Generated from ${INPUT}.\n#include <string_view>\n\nnamespace belfry::embedded {\n\
extern const std::string_view ${NAME};\nconst std::string_view ${NAME} =\n${literals};\n}  // namespace belfry::embedded\n")
  return()
endif()

set(BELFRY_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(belfry_embed target file name)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${file} -DOUTPUT=${output} -DNAME=${name} -P ${BELFRY_EMBED_SCRIPT}
    DEPENDS ${file} ${BELFRY_EMBED_SCRIPT} VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
