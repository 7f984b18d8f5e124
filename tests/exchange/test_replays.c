/* F16: what was brought once is brought again, by old sticks and by files copied many times, in any mixture and order, to the township and to
 * the device. Nothing changes; each receipt that is given anew says what is held now. XUNCHA_FAULTS as in tests/faults. */
#include "config.h"
#include "tests/exchange/two.h"

#include "forms/base/fs.h"
#include "sync/bundle/receipt.h"
#include "sync/ledger/rows/digest.h"
#include "tests/faults/scene.h"
#include "tests/dice.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 50, FILES_MAX = 1024, CASES = 1000, AT_ONCE = 8, TIMES = 5 };

/* All that ever lay on a stick: what, and since which round; `met` by the device, by the township on an earlier stick. */
struct old { struct buf data; uint8_t id[KEYS_HASH]; int round; bool met[2], meets; };
static struct old files[FILES_MAX];
static uint32_t file_count;
static uint64_t dice_state = DICE_START;

static uint32_t dice(uint32_t n)
{
	return dice_throw(&dice_state, n);
}

static bool is(const struct old *f, const char *magic)
{
	return f->data.len > 4 && !memcmp(f->data.data, magic, 4);
}

/* --- a season of honest exchange --- */

static struct old *known(const uint8_t id[KEYS_HASH])
{
	for (uint32_t i = 0; i < file_count; i++)
		if (!memcmp(files[i].id, id, KEYS_HASH))
			return &files[i];
	return NULL;
}

struct reading { const char *dir; int round; void (*each)(struct old *f); };

static enum err read_one(void *user, const char *name)
{
	const struct reading *r = user;
	struct old f = { .round = r->round };
	struct buf path = { 0 };

	fs_path(&path, r->dir, name);
	if (fs_is_dir(path.data)) {
		struct reading below = { path.data, r->round, r->each };

		assert_ok(fs_list(path.data, 1000, read_one, &below));
	} else {
		assert_ok(fs_read(path.data, LIMIT_BLOB, &f.data));
		keys_hash(f.data.data, f.data.len, f.id);
		r->each(&f);
		buf_clear(&f.data);
	}
	buf_clear(&path);
	return ERR_OK;
}

static void read_stick(int round, void (*each)(struct old *f))
{
	struct reading r = { stick, round, each };

	assert_ok(fs_list(stick, 1000, read_one, &r));
}

static void keep(struct old *f)
{
	if ((!is(f, "XCB1") && !is(f, "XCR1")) || known(f->id))
		return;
	assert_true(file_count < FILES_MAX);
	files[file_count++] = *f;
	f->data = (struct buf){ 0 };
}

static void a_season(void)
{
	char text[32];

	for (int round = 0; round < ROUNDS; round++) {
		two_fresh_stick();
		for (uint32_t i = 0; i <= dice(3); i++) {
			snprintf(text, sizeof text, "d%d.%u", round, i);
			assert_ok(world_append(device, &village, text, i ? "答" : NULL, "无人知", NULL));
		}
		snprintf(text, sizeof text, "o%d", round);
		assert_ok(world_append(office, &village, text, NULL, NULL, NULL));
		assert_ok(two_deliver());
		read_stick(round, keep);
		assert_ok(two_merge());
		read_stick(round, keep);
		assert_ok(two_deliver());
	}
}

static int begin(void **state)
{
	setenv("TMPDIR", "/dev/shm", 0);                  /* not about disks */
	two_setup(state);
	a_season();
	return 0;
}

static int end(void **state)
{
	for (uint32_t i = 0; i < file_count; i++)
		buf_clear(&files[i].data);
	return two_teardown(state);
}

/* --- what must not change --- */

static enum err take_own(void *user, const struct log_head *h)
{
	if (!memcmp(h->id.writer, device->writer, EVENT_WRITER) && event_scope_same(&h->id.scope, &village))
		*(struct event_log_id *)user = h->id;
	return ERR_OK;
}

/* The log that the device writes. */
static struct event_log_id own_log(void)
{
	struct event_log_id id = { .epoch = 0 };
	struct store_txn t;

	profile_begin(device, &t);
	assert_ok(log_heads(&t, take_own, &id));
	store_abort(&t);
	return id;
}

struct stand { struct buf texts; uint8_t digest[DIGEST_BYTES]; struct log_head head; };

static void take_stand(struct profile *p, struct stand *out)
{
	struct event_log_id log = own_log();
	struct store_txn t;

	*out = (struct stand){ .texts = { 0 } };
	buf_puts(&out->texts, world_texts(p));
	assert_ok(digest_state(p, out->digest));
	profile_begin(p, &t);
	assert_ok(log_head_get(&t, &log, &out->head));
	store_abort(&t);
}

static void same_stand(struct profile *p, const struct stand *before)
{
	struct stand now;

	take_stand(p, &now);
	assert_string_equal(buf_str(&now.texts), buf_str(&before->texts));
	assert_memory_equal(now.digest, before->digest, sizeof now.digest);
	assert_int_equal(now.head.seq, before->head.seq);
	assert_true(p == office || now.head.acked == before->head.acked);      /* its own receipts tell a township nothing */
	assert_int_equal(now.head.split_at, 0);
	buf_clear(&now.texts);
}

/* --- receipts --- */

static uint32_t receipts_given, receipts_telling;

/* A receipt says of the device's log exactly what the township holds. */
static void right_receipt(const void *data, size_t len, const uint8_t *bundle)
{
	struct event_log_id log = own_log();
	struct receipt r;
	struct log_head h;
	struct store_txn t;
	uint8_t scope[KEYS_HASH_SHORT];
	bool told = false;

	assert_ok(receipt_read(data, len, &office->roots, &r));
	if (bundle)
		assert_memory_equal(r.bundle, bundle, KEYS_HASH);
	profile_begin(office, &t);
	assert_ok(log_head_get(&t, &log, &h));
	store_abort(&t);
	receipt_scope(&log.scope, scope);
	for (size_t i = 0; i < r.count; i++)
		if (!memcmp(r.at[i].writer, log.writer, KEYS_WRITER) && !memcmp(r.at[i].scope, scope, sizeof scope) && r.at[i].epoch == log.epoch) {
			assert_int_equal(r.at[i].seq, h.seq);
			assert_memory_equal(r.at[i].hash, h.hash, EVENT_HASH);
			told = true;
		}
	receipts_given++;
	receipts_telling += told;                       /* a bundle that is relayed need not hold any of that log */
}

static void check_new_receipt(struct old *f)
{
	if (is(f, "XCR1") && !known(f->id))
		right_receipt(f->data.data, f->data.len, NULL);
}

/* --- again and again --- */

static void put(const struct old *f)
{
	static const char *const where[] = { "XUNCHA/up", "XUNCHA/down", "XUNCHA/receipts", "XUNCHA", "" };
	static uint32_t names;
	struct buf path = { 0 };

	buf_printf(&path, "%s/%s", stick, where[dice(5)]);
	assert_ok(fs_make_dir(path.data));
	buf_printf(&path, "/again-%u.%s", ++names, is(f, "XCR1") ? "xcr" : "xcb");
	assert_ok(fs_write(path.data, f->data.data, f->data.len));
	buf_clear(&path);
}

/* A stick as it was after some round, or some files, each one to five times. */
static void make_stick(void)
{
	int round = (int)dice(ROUNDS);

	two_fresh_stick();
	if (dice(3) == 0) {
		for (uint32_t i = 0; i < file_count; i++)
			if (files[i].round == round)
				put(&files[i]);
		return;
	}
	for (uint32_t n = 1 + dice(AT_ONCE); n; n--) {
		const struct old *f = &files[dice(file_count)];

		for (uint32_t times = 1 + dice(TIMES); times; times--)
			put(f);
	}
}

/* A bundle for others that this one had not met (the village's, at the township) is taken in once, with nothing new in it. */
static void told(void *user, const struct inbox_file *f)
{
	const bool *to_office = user;
	struct old *o = known(f->id);

	if (f->verdict == INBOX_REFUSED || f->verdict == INBOX_HELD || f->added || (f->verdict == INBOX_MERGED && o && o->met[*to_office]))
		fail_msg("%s: %s is %s (%s), %u new", *to_office ? "township" : "device", f->name, inbox_verdict_name(f->verdict), f->reason, f->added);
	if (o)
		o->meets = true;
}

static void have_met(bool to_office)
{
	for (uint32_t i = 0; i < file_count; i++) {
		files[i].met[to_office] |= files[i].meets;
		files[i].meets = false;
	}
}

static void give_stick(bool to_office)
{
	struct folder_report r = { .each = told, .user = &to_office };

	make_stick();
	assert_ok(to_office ? folder_merge(office, stick, &r) : folder_sync(device, stick, &r));
	assert_int_equal(r.added, 0);
	have_met(to_office);
	if (to_office)
		read_stick(0, check_new_receipt);
	assert_int_equal(two_waiting().count, 0);
}

/* One group to the township's inbox, as the daemon takes them: the device's bundles, each up to five times. */
static void give_group(void)
{
	struct inbox_file *group = calloc(AT_ONCE * TIMES, sizeof *group);
	bool township = true;
	uint32_t n = 0;

	assert_non_null(group);
	for (uint32_t left = 1 + dice(AT_ONCE); left; left--) {
		const struct old *f = &files[dice(file_count)];

		for (uint32_t times = is(f, "XCB1") ? 1 + dice(TIMES) : 0; times; times--)
			group[n++] = (struct inbox_file){ .name = "again", .data = (const uint8_t *)f->data.data, .len = f->data.len };
	}
	assert_ok(inbox_take(office, group, n));
	for (uint32_t i = 0; i < n; i++) {
		struct buf receipt = { 0 };

		told(&township, &group[i]);
		if (memcmp(group[i].sealer, device->writer, KEYS_WRITER))
			continue;                               /* the township's own */
		assert_ok(inbox_receipt(office, &group[i], &receipt));
		right_receipt(receipt.data, receipt.len, group[i].id);
		buf_clear(&receipt);
	}
	have_met(township);
	free(group);
}

static void f16_what_comes_again_changes_nothing_and_gets_the_right_receipt(void **state)
{
	struct stand town, own;
	int cases = scene_share(CASES);

	(void)state;
	assert_int_equal(two_waiting().count, 0);
	take_stand(office, &town);
	take_stand(device, &own);
	assert_int_equal(own.head.acked, own.head.seq);
	for (int i = 0; i < cases; i++) {
		uint32_t how = dice(3);

		if (how == 2)
			give_group();
		else
			give_stick(how);
		same_stand(office, &town);
		same_stand(device, &own);
	}
	print_message("# %u files of %d rounds, %d times again, %u receipts given, %u of them about the device's log\n", file_count, ROUNDS, cases, receipts_given, receipts_telling);
	assert_true(receipts_telling > (uint32_t)cases / 4);
	buf_clear(&town.texts);
	buf_clear(&own.texts);
}

static void complain(void *user, const char *what)
{
	(void)user;
	print_message("# %s\n", what);
}

static void what_is_new_comes_through_afterwards(void **state)
{
	(void)state;
	two_fresh_stick();
	assert_ok(world_append(device, &village, "later", NULL, NULL, NULL));
	assert_ok(two_deliver());
	assert_ok(two_merge());
	assert_ok(two_deliver());
	assert_true(two_holds(office, "later"));
	assert_int_equal(two_waiting().count, 0);
	assert_ok(profile_check(office, complain, NULL));
	assert_ok(profile_check(device, complain, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f16_what_comes_again_changes_nothing_and_gets_the_right_receipt),
		cmocka_unit_test(what_is_new_comes_through_afterwards),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
