/* submit_own.h - what the files of submit share; nobody else includes it. */
#ifndef SYNC_LEDGER_SUBMIT_SUBMIT_OWN_H
#define SYNC_LEDGER_SUBMIT_SUBMIT_OWN_H

#include "sync/ledger/rows/reader.h"
#include "sync/ledger/submit/submit.h"

/* A record in the making. */
struct making {
	struct profile *p;
	const struct pack *pack; uint32_t form; const struct plan *plan;
	struct fill *fill;
	enum event_kind kind;                             /* SUBMIT or AMEND */
	struct event_scope scope;
	struct row_id subject; bool has_subject;
	struct payload head;
	char version[PAYLOAD_VERSION_MAX + 1];
	struct payload_row *rows; uint32_t row_count;     /* every event named by ref */
	struct buf answers, private_part;
	uint64_t draft;
};

enum err making_open(struct making *m, struct profile *p, const char *form, const char *version, struct fill *fill);
void making_close(struct making *m);

/* Rows and steps as the entities of the form say. */
enum err making_rows(struct making *m);
/* Which log it goes to. */
enum err making_scope(struct making *m, const char *village);
/* Instance `instance` of a repeat of the form; FILL_NO_NODE, the record itself, where there is no repeat. */
fill_node making_instance(const struct making *m, uint32_t repeat, uint32_t instance);

/* What its author left as it was shown to him, or emptied. After making_answers(). */
enum err making_kept(struct making *m);
/* What the question of a SUBMIT showed of the field it is saved to; NULL when it showed nothing. *node: where it stands in the fill. */
const char *making_opened(const struct making *m, const struct payload_row *row, const struct plan_save *s, fill_node *node);
enum err making_unseen(struct making *m, const struct row *r, const struct payload_row *row, const struct plan_save *s, bool *out);
/* The open values that each row's fields have here. */
enum err making_deps(struct making *m);
/* The bytes of answers and private part, P3 values sealed for the scope. */
enum err making_answers(struct making *m);
/* As everybody's fold will judge it: ERR_DENIED says what would not count. */
enum err making_judge(struct making *m);
/* Judge it, and append it; unless its draft is a record already. */
enum err making_write(struct making *m, uint8_t ref[EVENT_REF]);
/* Has its draft become a record? What was said to have failed may have come through after all. ERR_NOTFOUND: no. ERR_EXISTS: yes, and it says
 * something else than this. */
enum err making_recorded(struct making *m, struct store_txn *t, uint8_t ref[EVENT_REF]);

/* A record that is here, and what it is a record of. The event is the caller's to clear, also after an error. */
struct submit_opened { struct log_event event; struct record rec; };
enum err submit_open_record(struct profile *p, const uint8_t *ref, struct submit_opened *out);

/* Deps of a row for some fields: their open values, else the event that made it. ERR_LIMIT over 16. */
enum err submit_row_deps(const struct row *r, const uint32_t *fields, uint32_t count, bool proposals, struct payload_link *deps, uint32_t *dep_count);
/* The public part with refs of the own log made distances, when the log is known to go on. */
bool submit_may_shorten(struct store_txn *t, const struct event_log_id *id);
void submit_shorten(struct store_txn *t, const struct event_log_id *id, uint64_t seq, struct payload_link *l);

#endif
