/* tries.h - wrong PINs, counted on disk: the file `tries` of a profile.
 *
 * A thief who has the files is not stopped by this, only the hand on the keyboard. A clock that is wrong never locks
 * anybody out: what has passed is the longer of wall clock and uptime. A damaged file counts as empty.
 *
 * A try is counted before it is known to be wrong, so only one is made at a time: between keys_tries_begin() and keys_tries_end() no other
 * program tries a PIN of this profile. Else several that open it at once with the right PIN would count as wrong tries of each other, and
 * several guesses at once as one.
 */
#ifndef SYNC_KEYS_TRIES_H
#define SYNC_KEYS_TRIES_H

#include "sync/keys/hash.h"
#include "forms/base/err.h"

/* Wait for the others, TRIES_WAIT_MS at most: then ERR_BUSY. */
enum { TRIES_WAIT_MS = 20000 };
enum err keys_tries_begin(const char *dir, int *lock);
void keys_tries_end(int lock);

/* Seconds until this writer may try again; 0 = now. */
uint32_t keys_tries_wait(const char *dir, const uint8_t writer[KEYS_WRITER]);

/* Write down one more try; *left gets the free tries that remain should it be wrong. */
enum err keys_tries_count(const char *dir, const uint8_t writer[KEYS_WRITER], unsigned *left);

/* The PIN was right. */
enum err keys_tries_forget(const char *dir, const uint8_t writer[KEYS_WRITER]);

#endif
