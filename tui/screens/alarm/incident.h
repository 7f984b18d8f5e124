/* incident.h - an incident that is going on: the reporting clock, the report as a short text, the time line, the hours it takes.
 *
 * Registers and fields: incidents (reported, occurred, where, event, brief, dead ... ended_at), incident_reports (incident,
 * type, sent_at). Minutes: pack.csv report_voice_min, report_text_min, report_first_min; hours: event_hours_platform.
 */
#ifndef TUI_SCREENS_ALARM_INCIDENT_H
#define TUI_SCREENS_ALARM_INCIDENT_H

#include "tui/kit/list.h"
#include "tui/screens/app.h"

enum { INCIDENT_OPEN_MAX = 8, INCIDENT_VOICE = 15, INCIDENT_TEXT = 30, INCIDENT_FIRST = 60, INCIDENT_HOURS = 4 };

struct incident_open { struct row_id id; int64_t reported; bool first_sent; };

/* Incidents without an end, newest first. */
void incident_gather(struct app *app, struct incident_open *out, size_t *count);
void incident_cells(struct app *app, const struct incident_open *i, struct kit_cell cells[KIT_CELLS]);
bool incident_counting(const struct app *app, const struct incident_open *i, size_t count);

/* The report in words fit to be read out or sent by SMS, without personal data. */
enum err incident_text(struct app *app, const struct row_id *id, struct buf *out);

/* So many people were moved: into the incident that goes on (asks which when there are several), else a new one is begun with it; sets v->open. */
enum kit_next incident_moved(struct kit_view *v, struct app *app, uint32_t people);
bool incident_may_tell_moved(const struct app *app);

struct kit_view *screen_incident_new(struct app *app, const struct row_id *id);

#endif
