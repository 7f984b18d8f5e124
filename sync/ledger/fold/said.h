/* said.h - what was said of a record as a whole: its RETRACTs and ATTACHs.
 *
 * Each is a few bytes and touches every row of the record, hundreds perhaps. So of what one writer says of one event, of each of the two kinds,
 * only the first SAID_MOST by (lamport, ref) stand in the history of its rows: to withdraw it again adds nothing. All of them are kept, passed
 * on, and found by fold_attachments(). INDEX: 'w' target 12, kind 1, writer 16, lamport 8, ref 12.
 */
#ifndef SYNC_LEDGER_FOLD_SAID_H
#define SYNC_LEDGER_FOLD_SAID_H

#include "sync/ledger/fold/history.h"

enum { SAID_MOST = 16 };

void said_note(struct store_txn *t, const uint8_t target[EVENT_REF], const struct fold_view *v);
/* Does an event that was noted stand in the rows? What was said before may come after it, and push it out; never in. */
bool said_stands(struct store_txn *t, const uint8_t target[EVENT_REF], const struct fold_view *v);

#endif
