/* pack.h - a pack: all that the program knows of the work, as data.
 *
 * A pack is read from a folder of CSV or .xlsx files (pack_read: the township, the checker), compiled (walks, codes,
 * who may do what) and carried as pack.cbor (pack_decode: every device). Immutable once made, but for the forms that are
 * decoded when they are first wanted; owns all its memory. The C code knows no kind of place and no hazard by name: what it
 * must find by itself are the few registers, fields and steps named below.
 */
#ifndef FORMS_PACK_PACK_H
#define FORMS_PACK_PACK_H

#include "forms/pack/pack_form.h"
#include "forms/pack/pack_office.h"

struct pack {
	const char *id, *version; struct pack_name title;
	int utc_offset;                                   /* minutes */
	struct pack_register *registers; uint32_t register_count;
	struct pack_codes *codes; uint32_t codes_count;
	struct pack_step *steps; uint32_t step_count;
	struct pack_kind *kinds; uint32_t kind_count;
	struct pack_kind_list *kind_lists; uint32_t kind_list_count;
	struct pack_threshold *thresholds; uint32_t threshold_count;
	struct pack_duty *duties; uint32_t duty_count;
	struct pack_season *seasons; uint32_t season_count;
	struct pack_ledger *ledgers; uint32_t ledger_count;
	struct pack_card *cards; uint32_t card_count;
	struct pack_param *params; uint32_t param_count;
	struct pack_form *forms; uint32_t form_count;
	struct pack_paper *papers; uint32_t paper_count;
	struct form *arena;                               /* owns the memory that is no form's */
	struct buf bytes;                                 /* where those of the forms lie that are not read yet */
};

/* Names the code relies on. Registers: places, hazards, inspections, villages, grids, orgs. Fields: hazards.stage,
 * hazards.verify, hazards.control, hazards.level, hazards.due, hazards.place, hazards.item, places.kind, places.flags,
 * inspections.place. Built-in code lists: kinds (kinds.csv) and items (all items of all lists). Steps a walk takes:
 * register, spot_fix, notify, control, verify_ask. A row's built-in values in expressions: rowexpr.h. */

/* Index by id; PACK_NONE when there is none. */
uint32_t pack_find_register(const struct pack *p, const char *id);
uint32_t pack_find_codes(const struct pack *p, const char *id);
uint32_t pack_find_form(const struct pack *p, const char *id);
uint32_t pack_find_kind(const struct pack *p, const char *id);
uint32_t pack_find_step(const struct pack *p, uint32_t reg, const char *id);   /* the first of its alternatives */
/* Is `value` an end of the workflow of field `field`: no step leads from it to a less dangerous value? False without steps. */
bool pack_is_end(const struct pack *p, uint32_t reg, uint32_t field, const char *value);
uint32_t pack_find_ledger(const struct pack *p, const char *id);
uint32_t pack_find_paper(const struct pack *p, const char *id);
const char *pack_param(const struct pack *p, const char *key);              /* NULL when there is none */
const struct pack_code *pack_code(const struct pack *p, uint32_t codes, const char *name);   /* NULL when there is none */

/* Read and compile a folder. Every mistake is reported (file, row, column, what to do; row 0 and column NULL where there
 * is none); the result is NULL and ERR_FORMAT when any of them is an error. `report` may be NULL. What can be wrong
 * beyond one table, and against an older pack, is check.h's. */
struct pack_fault { const char *file; uint32_t row; const char *column; bool warning; const char *message; bool orphans /* a warning: what old records say would no longer be shown */; };
enum err pack_read(const char *dir, void (*report)(void *user, const struct pack_fault *fault), void *user, struct pack **out);

/* pack.cbor: deterministic, the same bytes for the same folder. */
enum err pack_encode(const struct pack *p, struct buf *out);
enum err pack_decode(const void *data, size_t len, struct pack **out);
/* The same of bytes that pack_decode() took before, but for its forms: they wait for pack_form_read(). The bytes are the pack's
 * from then on, and freed on failure too; `data` is left empty. */
enum err pack_decode_tables(struct buf *data, struct pack **out);
void pack_free(struct pack *p);                      /* NULL is fine */

#endif
