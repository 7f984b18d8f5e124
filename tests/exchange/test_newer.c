/* A pack that only a newer program can open holds up nothing, is said, and an event with a flag that a newer program set is
 * refused as newer, not as broken. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/exchange/inbox/newer.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/ledger/profile/profile.h"
#include "tests/ledger/world.h"

#include <stdlib.h>
#include <string.h>

static enum err note(void *user, const struct newer *n)
{
	struct buf *out = user;

	buf_printf(out, "%d %s %llu\n", (int)n->what, n->name, (unsigned long long)n->count);
	newer_words(n, out);
	return out->err;
}

static void a_pack_of_a_later_format_waits_and_holds_up_nothing(void **state)
{
	struct profile *office;
	struct buf pack = { 0 }, said = { 0 };
	uint32_t again = 0;

	(void)state;
	assert_ok(enrol_found(world_path("town"), "样例镇", "990101100", "周敏", "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path("town"), &office));
	assert_ok(profile_unlock(office, NULL, "246810", NULL));
	assert_ok(newer_each(office, true, note, &said));
	assert_string_equal(buf_str(&said), "");
	cbor_put_array(&pack, 2);
	cbor_put_unsigned(&pack, 9999);
	cbor_put_array(&pack, 0);
	/* Published by a machine of the township whose program is newer; this one cannot keep it. */
	assert_err(enrol_publish(office, "demo", "2099.1", pack.data, pack.len), ERR_VERSION);
	assert_ok(inbox_settle(office, &again));
	assert_ok(newer_each(office, true, note, &said));
	assert_non_null(strstr(buf_str(&said), "1 demo 2099.1 1\n"));
	assert_non_null(strstr(buf_str(&said), "清单包 demo 2099.1"));
	buf_clear(&pack);
	buf_clear(&said);
	profile_close(office);
}

static void a_flag_of_a_newer_program_is_no_damage(void **state)
{
	struct event e = { .kind = 99, .public_part = { (const uint8_t *)"\xa0", 1 } }, back;
	struct event_base base = { 0 }, from = { 0 };
	struct buf wire = { 0 };
	size_t used;

	(void)state;
	assert_ok(event_encode(&e, &base, &wire));
	assert_ok(event_decode(wire.data, wire.len, &from, &back, &used));
	wire.data[1] |= 0x20;
	from = (struct event_base){ 0 };
	assert_err(event_decode(wire.data, wire.len, &from, &back, &used), ERR_VERSION);
	assert_int_equal(used, 0);
	buf_clear(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pack_of_a_later_format_waits_and_holds_up_nothing),
		cmocka_unit_test(a_flag_of_a_newer_program_is_no_damage),
	};

	i18n_open(NULL);
	assert_ok(keys_start());
	return TAP_RUN(tests);
}
