/* trap.h - every file call and allocation of this process, LMDB's included, passes here and can fail or be written down.
 *
 * The functions of that name in the C library are covered by ones of the test program, which the dynamic linker finds
 * first. Only files under the root given are looked at. Off until asked for; a child inherits what was asked.
 */
#ifndef TESTS_FAULTS_TRAP_H
#define TESTS_FAULTS_TRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRAP_OPEN = 1, TRAP_READ = 2, TRAP_WRITE = 4, TRAP_SYNC = 8, TRAP_NAME = 16 /* rename, unlink, mkdir, truncate */, TRAP_ANY = 31,
       TRAP_LIST = 32 /* readdir */ };

/* The `nth` (from 1) of these calls fails with `error`, once or from then on; 0 writes only half. nth 0: none fails. */
void trap_fail(const char *root, unsigned calls, long nth, bool sticky, int error);
void trap_heal(long after);     /* the fault asked for lasts so many calls */
long trap_calls(void);          /* how many of these calls there were */

/* The process ends at the `nth` of these calls, as if killed, with the exit status TRAP_DEAD. */
enum { TRAP_DEAD = 99 };
void trap_die(const char *root, unsigned calls, long nth);

/* The nth allocation fails, once or from then on; 0 none. */
void trap_memory(long nth, bool sticky);
bool trap_sees_memory(void);    /* false where the sanitizer has an allocator of its own */
long trap_allocations(void);    /* since trap_memory() */
long trap_live(void);           /* blocks allocated and not freed */

/* What happened under the root, in order. */
enum trap_kind { TRAP_OP_CREATE, TRAP_OP_WRITE, TRAP_OP_TRUNCATE, TRAP_OP_SYNC, TRAP_OP_MKDIR, TRAP_OP_RENAME, TRAP_OP_UNLINK, TRAP_OP_ACK };
struct trap_op {
	enum trap_kind kind;
	int file;                    /* whose content; names come and go */
	char *path, *to;             /* below the root */
	uint64_t at;                 /* or the new length */
	uint8_t *data; size_t len;
	bool durable;                /* written through (O_DSYNC) */
};
void trap_record(const char *root);
void trap_ack(const void *said, size_t len);    /* from here on this was said to be saved: becomes the data of an operation */
const struct trap_op *trap_stop(size_t *count);

#endif
