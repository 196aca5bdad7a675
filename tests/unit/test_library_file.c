/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "code/library_file.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void library_files_are_known_by_their_place(void **state)
{
    static const char *const standard[] = {"/usr/lib/python3.11/re.py", "/usr/lib64/python3.9/re.py", "<frozen importlib._bootstrap>",
                                           "/opt/py/lib/python3.8/x.py", "/srv/whoholds/lib/whoholds/python/whoholds/api.py"};
    static const char *const installed[] = {"/x/site-packages/a.py", "/usr/lib/python3/dist-packages/a.py", "/opt/py/lib/python3.8/site-packages/a.py"};
    static const char *const own[] = {"", "/srv/app.py", "app.py", "<string>", "<froze", "/srv/lib/app.py", "/srv/lib/python/app.py"};
    (void)state;
    for (size_t i = 0; i < sizeof(standard) / sizeof(standard[0]); i++) {
        assert_true(library_file_is(span_of(standard[i])));
        assert_true(library_file_is_standard(span_of(standard[i])));
    }
    for (size_t i = 0; i < sizeof(installed) / sizeof(installed[0]); i++) {
        assert_true(library_file_is(span_of(installed[i])));
        assert_false(library_file_is_standard(span_of(installed[i])));
    }
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        assert_false(library_file_is(span_of(own[i])));
        assert_false(library_file_is_standard(span_of(own[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(library_files_are_known_by_their_place)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
