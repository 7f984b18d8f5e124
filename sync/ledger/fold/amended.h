/* amended.h - to which record the amendments met lately belong, so that the thousandth amendment of an amendment is not walked back a
 * thousand events.
 *
 * By refs, which never come to mean anything else; forgotten when a write is given up, since events on the way may be gone with it. A hint
 * only: what it does not know is walked, and which place a ref falls on is another in every process, so that nobody can make them all fall
 * on one.
 */
#ifndef SYNC_LEDGER_FOLD_AMENDED_H
#define SYNC_LEDGER_FOLD_AMENDED_H

#include "sync/ledger/log/event.h"

struct amended_way { uint8_t amend[EVENT_REF], submit[EVENT_REF]; };
struct amended { struct amended_way *at; uint64_t mix; };       /* zeroed is empty */

bool amended_find(const struct amended *a, const uint8_t amend[EVENT_REF], uint8_t submit[EVENT_REF]);
void amended_note(struct amended *a, const uint8_t amend[EVENT_REF], const uint8_t submit[EVENT_REF]);
void amended_clear(struct amended *a);

#endif
