/* sim.h - a simulated county in one process: townships, devices, sticks and what goes wrong, all out of one seed.
 *
 * Profiles, bundles and folders are real, in a directory in memory. A world is a number of steps; each step draws who does
 * what. Beside it stands a model of what was acknowledged and written, and oracles compare (reliability.md section 3):
 *     O1 every acknowledged record is somewhere, unless the script destroyed its only copy     O5 no tick or root goes down
 *     O2 nothing counts that no valid key signed                       O6 every file received is accounted for
 *     O3 equal sets of events have equal digests, folded in any order  O7 after a last exchange everybody agrees
 *     O4 of two concurrent values none is lost: both are open, or a later one names them
 */
#ifndef TESTS_FAULTS_SIM_SIM_H
#define TESTS_FAULTS_SIM_SIM_H

#include "sync/exchange/folder/folder.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/row.h"
#include "tests/faults/sim/chance.h"

enum { SIM_TOWNS = 2, SIM_MACHINES = 64, SIM_STICKS = 3, SIM_IMAGES = 6, SIM_VILLAGES = 3, SIM_PHOTOS = 256, SIM_MESSAGE = 1024 };

struct sim_machine {
	char dir[128];
	struct profile *profile;
	uint32_t town;                         /* of which township */
	bool office, revoked, copy;            /* copy: a cloned directory, its writer is another machine's too */
	bool went_back;                        /* its disk was set back: a file not yet sent is gone */
	uint32_t roles;
	struct event_scope scope;
	struct chance_clock clock;
	uint64_t tick; size_t roots;           /* as last seen: O5 */
};

/* A record that a person saw as saved. */
struct sim_save {
	uint8_t ref[EVENT_REF];
	uint32_t machine;
	struct row_id row;                     /* it wrote to */
	uint32_t field;                        /* number of the field that it wrote alone; 0 = another kind of record */
	bool lost;                             /* the script destroyed its only copy */
};

/* A file attached to a record; its bytes follow from the step. */
struct sim_photo { uint8_t ref[EVENT_REF]; uint32_t machine, step, size; };

/* A picture of a machine's disk, taken at some time. */
struct sim_image { char dir[128]; uint32_t machine; };

struct sim {
	const char *root;
	uint64_t seed;
	uint32_t step, towns, count, sticks, images;
	struct sim_machine at[SIM_MACHINES];
	struct sim_image image[SIM_IMAGES];
	struct sim_save *saves; size_t save_count, save_cap;
	struct sim_photo photos[SIM_PHOTOS]; uint32_t photo_count;
	struct row_id *rows; uint32_t *row_town; struct event_scope *row_scope; bool *row_hazard, *row_doubtful; size_t row_count, row_cap;
};

struct sim_ack { struct sim_save save; bool fresh, hazard; };   /* fresh: it made the row */

/* What the process that watches this one sees. */
enum { SIM_ACKS = 4 };
struct sim_told {
	uint32_t step, steps_done;
	char message[SIM_MESSAGE];
	struct sim_ack ack[SIM_ACKS]; uint32_t acks;      /* of a child that may be killed */
	struct row_id intent; uint32_t intended;          /* it was about to write to this row */
};
extern struct sim_told *sim_told;

/* Something does not hold: say what and end this world. */
_Noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define sim_ok(e, ...) do { enum err ok_ = (e); if (ok_) sim_broken(ok_, __VA_ARGS__); } while (0)
_Noreturn void sim_broken(enum err e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* With XUNCHA_SIM_TRACE set: a line on standard error about what happens. */
void sim_say(const struct sim *s, uint32_t machine, const char *what);

/* --- world.c --- */
void sim_found(struct sim *s, const char *root, uint64_t seed, uint32_t writers);
void sim_enrol(struct sim *s, uint32_t town, uint32_t roles, const char *scope);
/* Open and unlock; the machine's clock is the one that is read. sim_stand() opens when it was closed. */
struct profile *sim_stand(struct sim *s, uint32_t machine);
void sim_shut(struct sim *s, uint32_t machine);
void sim_close(struct sim *s);
void sim_decree(struct sim *s, uint32_t town, uint16_t kind, const struct buf *payload);
void sim_copy(const char *from, const char *to);          /* a directory, with all in it */
const char *sim_stick(const struct sim *s, uint32_t stick);

/* --- people.c: what people record --- */
void sim_record(struct sim *s, uint32_t machine);
void sim_keep(struct sim *s, const struct sim_ack *a);     /* into the model */
void sim_photo_bytes(const struct sim_photo *x, struct buf *out);

/* --- travel.c: sticks --- */
void sim_visit(struct sim *s, uint32_t machine, const char *stick);
void sim_meet(struct sim *s);                              /* the last exchange, until nothing moves */
void sim_spoil(struct sim *s, const char *stick);          /* cut, flip or forge a file on it */

/* --- trouble.c: what goes wrong --- */
void sim_trouble(struct sim *s);
bool sim_holds(struct sim *s, uint32_t machine, const uint8_t ref[EVENT_REF]);

/* --- oracle.c --- */
void sim_watch(struct sim *s, uint32_t machine);           /* O5, after each step */
void sim_refold(struct sim *s, uint32_t machine);          /* O3 on one machine, and its check */
void sim_judge(struct sim *s);                             /* everything, at the end */

#endif
