/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report's page as bytes, with the text WHOHOLDS_DOCUMENT exactly once, where the document belongs. */
#ifndef WHOHOLDS_REPORT_PAGE_H
#define WHOHOLDS_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char whoholds_report_page[];
extern const size_t whoholds_report_page_size;

#endif
