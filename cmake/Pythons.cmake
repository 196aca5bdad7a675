# Finds the interpreters for which the dumper is built: WHOHOLDS_PYTHONS (a list; the environment variable or the cache variable), else
# the system's python3, the one in PATH, all of ~/.pyenv/versions, and what tools/debian_python.bash has put into build/pythons. Interpreters of an unsupported version or without headers are
# named and left out; of several with the same version and ABI one is enough.
set(WHOHOLDS_PYTHONS "$ENV{WHOHOLDS_PYTHONS}" CACHE STRING "Interpreters for which the dumper is built (a list; empty: those found)")

set(PYTHON_FACTS [[
import sys, sysconfig, os
supported = sys.implementation.name == 'cpython' and (3, 8) <= sys.version_info[:2] <= (3, 14) and not sysconfig.get_config_var('Py_GIL_DISABLED')
include = sysconfig.get_paths()['include']
headers = os.path.exists(os.path.join(include, 'internal', 'pycore_runtime.h')) or os.path.exists(os.path.join(include, 'internal', 'pycore_pystate.h'))
print(';'.join(['cpython-%08x%s' % (sys.hexversion, getattr(sys, 'abiflags', '')), include, '%d.%d.%d' % sys.version_info[:3], os.path.realpath(sys.executable),
                'ok' if supported and headers else 'no headers' if supported else 'not supported']))
]])

function(whoholds_query_python python ret)
    execute_process(COMMAND ${python} -I -c "${PYTHON_FACTS}" OUTPUT_VARIABLE facts ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE
                    RESULT_VARIABLE failed)
    if(failed)
        set(facts "")
    endif()
    set(${ret} "${facts}" PARENT_SCOPE)
endfunction()

function(whoholds_find_pythons ret)
    set(candidates ${WHOHOLDS_PYTHONS})
    if(NOT candidates)
        file(GLOB pyenv $ENV{HOME}/.pyenv/versions/3.*/bin/python3)
        list(SORT pyenv COMPARE NATURAL)
        file(GLOB fetched ${PROJECT_SOURCE_DIR}/build/pythons/3.*/usr/bin/python3.[0-9] ${PROJECT_SOURCE_DIR}/build/pythons/3.*/usr/bin/python3.[0-9][0-9])
        set(candidates /usr/bin/python3 python3 ${pyenv} ${fetched})
    endif()
    set(tags "")
    set(found "")
    foreach(candidate ${candidates})
        whoholds_query_python(${candidate} facts)
        if(NOT facts)
            continue()
        endif()
        list(GET facts 0 tag)
        list(GET facts 2 version)
        list(GET facts 3 executable)
        list(GET facts 4 verdict)
        if(NOT verdict STREQUAL "ok")
            message(STATUS "CPython ${version} (${candidate}) is left out: ${verdict}")
        elseif(NOT tag IN_LIST tags)
            list(APPEND tags ${tag})
            list(APPEND found ${executable})
        endif()
    endforeach()
    set(${ret} "${found}" PARENT_SCOPE)
endfunction()

function(whoholds_python_facts python tag include version)
    whoholds_query_python(${python} facts)
    list(GET facts 0 value)
    set(${tag} "${value}" PARENT_SCOPE)
    list(GET facts 1 value)
    set(${include} "${value}" PARENT_SCOPE)
    list(GET facts 2 value)
    set(${version} "${value}" PARENT_SCOPE)
endfunction()
