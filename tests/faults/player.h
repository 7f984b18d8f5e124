/* player.h - a worker who plays in a process of his own, where a fault may kill him, and tells through a pipe what was
 * acknowledged so far and how it ended. */
#ifndef TESTS_FAULTS_PLAYER_H
#define TESTS_FAULTS_PLAYER_H

#include "tests/faults/scene.h"

/* What was heard last. `calls` counts what the fault was to meet (calls or allocations); `leaked` is in blocks. */
struct told { struct scene_acks acks; enum err result; long calls, leaked; char detail[200]; };

struct player { int fd; struct told told; };

/* Runs in the child: sets its trap, plays with player_ack() and its player as the ear, fills the rest of `told`. */
typedef void player_run(struct player *p, void *how);

void player_ack(void *player, const struct scene_acks *acks);

/* Let `run` play in a child that starts from last->acks; `last` is what it told last. Returns its wait status. */
int player_apart(player_run *run, void *how, struct told *last);

#endif
