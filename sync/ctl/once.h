/* once.h - a command that is run again, because the disk failed or it was killed, makes no record twice.
 *
 * What a record is asked for with stands for its draft: it is kept with the record (log_draft_done) until the command has ended, and forgotten
 * then. After an end in disorder it stands for ONCE_HOURS, and the same words again are answered with the record that they made; two alike
 * in one command are two.
 */
#ifndef SYNC_CTL_ONCE_H
#define SYNC_CTL_ONCE_H

#include "sync/ctl/ctl.h"
#include "sync/ledger/log/event.h"

enum { ONCE_HOURS = 24 };

/* The draft for `answers` under these words of the command (NULL-ended), the profile unlocked. ERR_OK: it has become the record `ref`;
 * ERR_NOTFOUND: make it, with *draft. */
enum err once_find(struct ctl *c, const char *const *words, const struct jdoc *answers, uint64_t *draft, uint8_t ref[EVENT_REF]);

/* The command has answered: its drafts are forgotten; or the machine `failed`. */
void once_end(struct ctl *c, bool failed);

#endif
