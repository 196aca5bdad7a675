# Turns a file into a C source that defines `NAME` (its bytes) and `NAME_size`, as NAME.h declares them.
#
#     cmake -D FILE=page.html -D NAME=page -D OUTPUT=page.c [-D ONCE=TEXT] -P EmbedFile.cmake
#
# With ONCE, it is an error if the file does not hold that text exactly once.
file(READ ${FILE} hex HEX)
if(DEFINED ONCE)
    file(READ ${FILE} text)
    string(FIND "${text}" "${ONCE}" first)
    string(FIND "${text}" "${ONCE}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
        message(FATAL_ERROR "${FILE} must hold the text ${ONCE} exactly once")
    endif()
endif()
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "((0x..,){20})" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "/* Made from a file by cmake/EmbedFile.cmake. */
#include <${NAME}.h>

const unsigned char ${NAME}[] = {
${bytes}
};
const size_t ${NAME}_size = ${size};
")
