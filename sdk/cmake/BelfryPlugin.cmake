# belfry_add_plugin(ID SOURCES file... [MANIFEST manifest.json])
#
# Builds ID.so, a Belfry plugin, as target plugin_ID: C++17, one exported symbol, everything bound at load, and the manifest
# embedded as an ELF note. The manifest's `id` must be ID; its `version` reaches the code as BELFRY_PLUGIN_VERSION, so that
# both are said once. The file is complete at build: it has no run path, and installing it changes no byte of it.
function(belfry_add_plugin id)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "MANIFEST" "SOURCES")
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES)
    message(FATAL_ERROR "belfry_add_plugin(${id}): usage is belfry_add_plugin(ID SOURCES file... [MANIFEST file])")
  endif()
  if(NOT ARG_MANIFEST)
    set(ARG_MANIFEST manifest.json)
  endif()
  get_filename_component(manifest ${ARG_MANIFEST} ABSOLUTE)
  belfry_read_manifest_(${id} ${manifest} version)

  add_library(plugin_${id} MODULE ${ARG_SOURCES})
  belfry_embed_manifest_(plugin_${id} ${manifest})
  target_link_libraries(plugin_${id} PRIVATE belfry::sdk)
  target_compile_definitions(plugin_${id} PRIVATE BELFRY_PLUGIN_ID="${id}" BELFRY_PLUGIN_VERSION="${version}")
  target_compile_options(plugin_${id} PRIVATE
    -fvisibility=hidden
    $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)  # unique symbols would be shared between plugins in spite of RTLD_LOCAL
  target_link_options(plugin_${id} PRIVATE
    -Wl,--version-script=${BelfrySdk_CMAKE_DIR}/plugin.map
    -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,--exclude-libs,ALL)
  set_target_properties(plugin_${id} PROPERTIES
    PREFIX "" OUTPUT_NAME ${id} SUFFIX .so
    CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON SKIP_BUILD_RPATH ON
    LINK_DEPENDS ${BelfrySdk_CMAKE_DIR}/plugin.map
    BELFRY_ID ${id} BELFRY_VERSION ${version})
  set_property(GLOBAL APPEND PROPERTY BELFRY_PLUGINS plugin_${id})
endfunction()

# belfry_write_plugins_lock(FILE)
#
# After each build writes FILE: id, version, file name and SHA-256 of every plugin that belfry_add_plugin made so far. The
# plugins must lie in FILE's directory. A host loads only what a lock file lists.
function(belfry_write_plugins_lock file)
  get_property(plugins GLOBAL PROPERTY BELFRY_PLUGINS)
  set(entries)
  foreach(plugin IN LISTS plugins)
    get_target_property(id ${plugin} BELFRY_ID)
    get_target_property(version ${plugin} BELFRY_VERSION)
    list(APPEND entries "${id}|${version}|$<TARGET_FILE:${plugin}>")
  endforeach()
  string(JOIN "," joined ${entries})
  add_custom_command(OUTPUT ${file}
    COMMAND ${CMAKE_COMMAND} "-DPLUGINS=${joined}" -DOUT=${file} -P ${BelfrySdk_CMAKE_DIR}/WriteLock.cmake
    DEPENDS ${plugins} ${BelfrySdk_CMAKE_DIR}/WriteLock.cmake
    COMMENT "Writing ${file}" VERBATIM)
  add_custom_target(belfry_plugins_lock ALL DEPENDS ${file})
endfunction()

# belfry_install_plugins(LOCK_FILE): the plugins and their lock file to lib/belfry/plugins. As programs, not as targets:
# stripping a plugin at installation would change its hash.
function(belfry_install_plugins lock)
  get_property(plugins GLOBAL PROPERTY BELFRY_PLUGINS)
  foreach(plugin IN LISTS plugins)
    install(PROGRAMS $<TARGET_FILE:${plugin}> DESTINATION lib/belfry/plugins COMPONENT plugins)
  endforeach()
  install(FILES ${lock} DESTINATION lib/belfry/plugins COMPONENT plugins)
endfunction()

# Checks what the build relies on; belfry-plugin-check knows every rule of a manifest.
function(belfry_read_manifest_ id manifest version_out)
  if(NOT EXISTS ${manifest})
    message(FATAL_ERROR "belfry_add_plugin(${id}): there is no manifest ${manifest}")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest})
  file(READ ${manifest} json)
  foreach(key id version)
    string(JSON ${key}_value ERROR_VARIABLE error GET "${json}" ${key})
    if(error)
      message(FATAL_ERROR "belfry_add_plugin(${id}): ${manifest} is not JSON with a member \"${key}\": ${error}")
    endif()
  endforeach()
  if(NOT id_value STREQUAL id)
    message(FATAL_ERROR "belfry_add_plugin(${id}): ${manifest} has the id \"${id_value}\"; \"${id}\" is needed")
  endif()
  if(NOT version_value MATCHES "^[0-9]+\\.[0-9]+\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$")
    message(FATAL_ERROR "belfry_add_plugin(${id}): ${manifest} has the version \"${version_value}\"; one such as 1.0.0 is needed")
  endif()
  set(${version_out} ${version_value} PARENT_SCOPE)
endfunction()

function(belfry_embed_manifest_ target manifest)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(CXX IN_LIST languages)
    set(note ${CMAKE_CURRENT_BINARY_DIR}/${target}_manifest.cpp)
  else()
    set(note ${CMAKE_CURRENT_BINARY_DIR}/${target}_manifest.c)
  endif()
  configure_file(${BelfrySdk_CMAKE_DIR}/ManifestNote.in ${note} @ONLY)
  set_property(SOURCE ${note} APPEND PROPERTY OBJECT_DEPENDS ${manifest})
  target_sources(${target} PRIVATE ${note})
endfunction()
