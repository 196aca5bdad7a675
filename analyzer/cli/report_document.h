/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The document that the report's page shows: everything that the other commands say, cut to a budget. */
#ifndef WHOHOLDS_CLI_REPORT_DOCUMENT_H
#define WHOHOLDS_CLI_REPORT_DOCUMENT_H

#include "documents.h"

/* Of one snapshot, or of the latest of several with what grew up to it. The caller owns *ret. */
enum wh_status report_document(struct wh_analysis *const *analyses, size_t count, struct wh_error *error, json_t **ret) WH_MUST_USE;

#endif
