/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WHOHOLDS_CLI_PYTHON_DIRECTORY_H
#define WHOHOLDS_CLI_PYTHON_DIRECTORY_H

/* Where the build and the installation put the Python files: beside the directory of this executable. NULL: they are not there. To free. */
char *find_python_directory(void);

#endif
