/* scene.h - what a worker does in the fault tests, what was acknowledged, and what must still be true afterwards. */
#ifndef TESTS_FAULTS_SCENE_H
#define TESTS_FAULTS_SCENE_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Acknowledged so far: records 1..saved are saved; of the open draft, `answers` answers. */
struct scene_acks { uint32_t saved, answers; uint64_t draft; };

/* Do `saves` saves, every third through a draft, in the profile at `dir` (made when missing), calling `ack` after each thing
 * that would be shown as saved. Returns the first failure; goes on after it when `stubborn`. */
enum err scene_play(const char *dir, int saves, bool stubborn, void (*ack)(void *user, const struct scene_acks *acks), void *user);

/* The same, going on where `acks` stands; it keeps up with what was acknowledged. */
enum err scene_play_on(const char *dir, struct scene_acks *acks, int saves, bool stubborn, void (*ack)(void *user, const struct scene_acks *acks), void *user);

/* A directory with all in it, as another disk would hold it. */
enum err scene_copy(const char *from, const char *to);

/* Open, and demand: every acknowledged record is there, unaltered and in order; both copies agree; the draft is at most one
 * answer behind; another record can be saved. Writes what is wrong to `why`. */
enum scene_verdict { SCENE_GOOD, SCENE_REBUILT, SCENE_LOST, SCENE_REFUSED, SCENE_WRONG };
enum scene_verdict scene_verify(const char *dir, const struct scene_acks *acks, bool both_copies, char why[256]);

/* scene_verify() in another process, that judges all cases: its death is SCENE_WRONG, and the next case has a new one. */
enum scene_verdict scene_verify_apart(const char *dir, const struct scene_acks *acks, bool both_copies, char why[256]);

/* How many of `n` cases to try: XUNCHA_FAULTS percent of them (a developer's 5, a night's 1000), all when it is not set. */
int scene_share(int n);

/* A directory in memory, removed at exit. */
const char *scene_root(void);

#endif
