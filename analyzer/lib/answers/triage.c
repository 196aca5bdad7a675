/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_triage and wh_waste: the rules, one after the other. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "triage/rules.h"

enum { LIMIT_DEFAULT = 5, SHARE_MIN = 200 };   /* a rule about mass speaks from 1/200 of the heap on */

struct triage_result { struct wh_triage triage; struct arena arena; };   /* triage first: what the caller sees */

struct triager {
    struct wh_analysis *analysis;
    struct wh_error *error;
    size_t limit;
    struct triage_result *result;
};

static void write_sentence(const struct triage_rule *rule, uint64_t count, struct arena *arena, struct wh_finding *finding)
{
    struct text text = {0};
    finding_write_count(&text, count, rule->one, rule->many);
    finding->sentence = arena_string(arena, text_string(&text));
    arena->failed |= text.failed;
    text_deinit(&text);
}

static bool applies(const struct triager *self, const struct triage_rule *rule, const struct finder *finder)
{
    if (!finder->known)
        return false;
    if (!rule->least)
        return finder->always || finder->count > 0;
    return finder->bytes >= rule->least && finder->bytes >= self->result->triage.threshold;
}

static enum wh_status run_rule(struct triager *self, const struct triage_rule *rule, bool anyhow, bool shows_all)
{
    struct wh_triage *triage = &self->result->triage;
    struct finder finder = {.model = &self->analysis->model, .kinds = &self->analysis->kinds, .error = self->error,
                            .arena = &self->result->arena, .known = true, .shows_all = shows_all};
    struct wh_finding *finding = &triage->findings[triage->count];
    enum wh_status status = rule->find(&finder);
    if (!status && (anyhow || applies(self, rule, &finder))) {
        *finding = (struct wh_finding){.id = rule->id, .title = rule->title, .query = rule->query, .known = finder.known};
        status = finder_output(&finder, self->limit, finding);
        write_sentence(rule, finding->count, &self->result->arena, finding);
        triage->count++;
    }
    finder_deinit(&finder);
    return status;
}

static int compare_findings(const void *left, const void *right)
{
    const struct wh_finding *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return strcmp(a->id, b->id);
}

static bool is_wanted(const struct triage_rule *rule, const char *id, bool waste)
{
    return id ? !strcmp(rule->id, id) : rule->waste || !waste;
}

static enum wh_status refuse_rule(const char *id, struct wh_error *error)
{
    struct text text = {0};
    for (unsigned i = 0; i < triage_rule_count; i++) {
        text_add(&text, i ? ", " : "");
        text_add(&text, triage_rules[i].id);
    }
    enum wh_status status = wh_error_set(error, WH_ERR_USAGE, "there is no rule '%.64s'; there are %s", id, text_string(&text));
    text_deinit(&text);
    return status;
}

static enum wh_status run_rules(struct triager *self, const char *id, bool waste)
{
    struct wh_triage *triage = &self->result->triage;
    enum wh_status status = WH_OK;
    bool found = false;
    triage->findings = arena_array(&self->result->arena, triage_rule_count, sizeof(*triage->findings));
    for (unsigned i = 0; !status && triage->findings && i < triage_rule_count; i++) {
        if (!is_wanted(&triage_rules[i], id, waste))
            continue;
        found = true;
        triage->rules++;
        status = run_rule(self, &triage_rules[i], id || waste, id);
    }
    if (!status && triage->findings && !found)
        return refuse_rule(id, self->error);
    if (!status)
        status = arena_status(&self->result->arena, self->error);
    if (!status && triage->count)
        qsort(triage->findings, triage->count, sizeof(*triage->findings), compare_findings);
    return status;
}

static enum wh_status triage(struct wh_analysis *analysis, const char *id, bool waste, size_t limit, struct wh_error *error, struct wh_triage **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_kinds(analysis, error);
    if (status)
        return status;
    struct triager self = {analysis, error, limit ? limit : LIMIT_DEFAULT, calloc(1, sizeof(*self.result))};
    if (!self.result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the findings");
    struct wh_triage *triage = &self.result->triage;
    triage->live_bytes = model_live_bytes(&analysis->model);
    triage->threshold = triage->live_bytes / SHARE_MIN;
    status = run_rules(&self, id, waste);
    if (status)
        wh_triage_free(triage);
    else
        *ret = triage;
    return status;
}

enum wh_status wh_triage(struct wh_analysis *analysis, const char *rule, size_t limit, struct wh_error *error, struct wh_triage **ret)
{
    return triage(analysis, rule, false, limit, error, ret);
}

enum wh_status wh_waste(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_triage **ret)
{
    return triage(analysis, NULL, true, limit, error, ret);
}

void wh_triage_free(struct wh_triage *triage)
{
    struct triage_result *result = (struct triage_result *)triage;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
