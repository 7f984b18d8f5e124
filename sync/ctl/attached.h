/* attached.h - attachments of a record in the answers of commands. */
#ifndef SYNC_CTL_ATTACHED_H
#define SYNC_CTL_ATTACHED_H

#include "forms/base/jdoc.h"
#include "sync/exchange/attach/attach.h"

/* Put "attachments" into the document of a record, when there are any: ref, media, size, question, state ("here", "delivered",
 * "not here yet", "erased"). */
enum err ctl_put_attachments(struct profile *p, const uint8_t record[EVENT_REF], struct jdoc *j);

#endif
