/* Pictures and other files of a record: taken in a walk, made smaller, sealed, sent; shown at both ends with what became of them. */
#include "config.h"
#include "tests/screens/field.h"

#include "forms/base/fs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define JPEG SRCDIR "/tests/screens/small.jpg"

/* A camera whose pictures are too large to send, and what makes them small: the picture ends where the picture ends. */
#define CAMERA "{ cat '" JPEG "'; head -c 3000000 /dev/zero; } >\\\"$1\\\""
#define SCALE  "head -c 287 \\\"$1\\\" >\\\"$2\\\""

static void write_settings(const char *photo, const char *scale)
{
	char path[512], text[2048];

	snprintf(path, sizeof path, "%s/device/settings", field_dir());
	snprintf(text, sizeof text, "{\"photo\": \"%s\", \"scale\": \"%s\"}", photo, scale);
	assert_ok(fs_write(path, text, strlen(text)));
}

static int sh(const char *format)
{
	char command[2048];

	snprintf(command, sizeof command, "cd '%s' && export PATH='%s/sync':$PATH && { %s; } >log 2>&1 || { cat log >&2; false; }", field_dir(), BUILDDIR, format);
	return system(command);
}

#define DEVICE "xunchactl --now 2026-07-12T09:00 --profile device --pin-file pin.device "
#define TOWN   "xunchactl --now 2026-07-12T09:00 --profile town --pin-file pin.town "

static struct vt *enter(void)
{
	return field_enter("device", FIELD_PIN, 24, 80, NULL);
}

static void place(struct vt *vt, const char *initials)
{
	vt_keys(vt, "/");
	assert_shows(vt, "拼音首字母");
	vt_keys(vt, initials);
	assert_shows(vt, "1/1");
	vt_key(vt, "Enter");
	assert_shows(vt, "开始巡查");
}

static void down_to(struct vt *vt, const char *what)
{
	field_settle(vt);
	for (int i = 0; i < 40 && !vt_selected(vt, what); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	if (!vt_selected(vt, what)) {
		vt_print(vt);
		fail_msg("not found: %s", what);
	}
}

/* The walk goes to its end with what was answered. */
static void save(struct vt *vt, const char *says)
{
	vt_key(vt, "End");
	assert_shows(vt, "存下这次巡查");
	vt_key(vt, "Home");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "再按一次");
	vt_key(vt, "Enter");
	assert_shows(vt, says);
}

static void a_picture_of_a_walk_is_made_small_sealed_and_waits_to_be_sent(void **state)
{
	struct vt *vt;

	(void)state;
	write_settings(CAMERA, SCALE);
	vt = enter();
	place(vt, "lmfd");
	vt_keys(vt, "w");
	assert_shows(vt, "第 1/");
	vt_keys(vt, "f");
	assert_shows(vt, "照片 1 张");
	vt_keys(vt, "F");
	assert_shows(vt, "路径");
	vt_keys(vt, "/nowhere/a.jpg");
	vt_key(vt, "Enter");
	assert_shows(vt, "没有那个文件");
	assert_shows(vt, "/nowhere/a.jpg");                          /* to be put right, not typed again */
	vt_key(vt, "Esc");
	assert_shows(vt, "第 1/");
	vt_keys(vt, "2");
	assert_shows(vt, "> 情况");
	vt_keys(vt, "后门锁着");
	vt_key(vt, "F6");
	assert_shows(vt, "> 位置");
	assert_int_equal(sh("! grep -rlq JFIF device"), 0);          /* nothing lies there in the clear, nor the large one */
	assert_int_equal(sh("test $(find device/photos -type f | wc -l) = 2"), 0);
	assert_int_equal(sh("test -z \"$(find device/photos -type f -size +2k)\""), 0);
	vt_key(vt, "F5");
	assert_shows(vt, "第 2/");
	/* The battery: what was taken is there again with the draft. */
	field_settle(vt);
	kill(vt_pid(vt), SIGKILL);
	vt_wait_exit(vt, PATIENCE);
	vt_free(vt);
	vt = enter();
	assert_shows(vt, "第 2/");
	vt_key(vt, "End");
	down_to(vt, "签名图片");
	vt_key(vt, "Enter");
	assert_shows(vt, "路径");
	vt_paste(vt, JPEG);
	vt_key(vt, "Enter");
	assert_shows(vt, "small.jpg");
	save(vt, "照片 3 张");
	field_leave(vt);
	assert_int_equal(sh("test -z \"$(ls -A device/photos)\" && test $(ls device/out/*.xca | wc -l) = 3 && ! grep -rlq JFIF device"), 0);
}

static void the_record_shows_each_picture_with_its_size_and_where_it_is(void **state)
{
	struct vt *vt = enter();

	(void)state;
	assert_shows(vt, "照片 3 张");
	place(vt, "lmfd");
	down_to(vt, "隐患");
	vt_key(vt, "Enter");
	assert_shows(vt, "后门锁着");
	vt_key(vt, "Enter");
	assert_shows(vt, "整改前照片");
	down_to(vt, "整改前照片");
	assert_shows(vt, "332 字节, 在本机, 等送出");
	field_leave(vt);
}

static void it_travels_and_is_the_same_picture_at_the_township(void **state)
{
	struct vt *vt;
	char got[512];
	struct buf a = { 0 }, b = { 0 };

	(void)state;
	assert_int_equal(sh("mkdir -p stick; " DEVICE "sync --dir stick; mkdir only; mkdir -p only/XUNCHA/up; cp stick/XUNCHA/up/*.xcb only/XUNCHA/up; " TOWN "merge only"), 0);
	vt = field_enter("town", TOWN_PIN, 24, 80, NULL);
	down_to(vt, "后门锁着");
	vt_key(vt, "Enter");
	assert_shows(vt, "整改前照片");
	down_to(vt, "整改前照片");
	assert_shows(vt, "332 字节, 还没到");
	field_leave(vt);
	assert_int_equal(sh(TOWN "merge stick; " TOWN "sync --dir stick"), 0);
	vt = field_enter("town", TOWN_PIN, 24, 80, NULL);
	down_to(vt, "后门锁着");
	vt_key(vt, "Enter");
	assert_shows(vt, "整改前照片");
	down_to(vt, "整改前照片");
	assert_shows(vt, "332 字节, 在这里");
	vt_key(vt, "Enter");
	assert_shows(vt, "image/jpeg");
	vt_keys(vt, "1");
	assert_shows(vt, "没有加密");
	snprintf(got, sizeof got, "%s/got.jpg", field_dir());
	vt_keys(vt, got);
	vt_key(vt, "Enter");
	assert_shows(vt, "已存成");
	field_leave(vt);
	assert_ok(fs_read(got, 4096, &a));
	assert_ok(fs_read(JPEG, 4096, &b));
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	buf_clear(&a);
	buf_clear(&b);
	assert_int_equal(sh(DEVICE "sync --dir stick && test -z \"$(ls device/out | grep xca)\""), 0);
	vt = enter();
	assert_hides(vt, "照片 3 张");
	place(vt, "lmfd");
	down_to(vt, "隐患");
	vt_key(vt, "Enter");
	assert_shows(vt, "后门锁着");
	vt_key(vt, "Enter");
	assert_shows(vt, "整改前照片");
	down_to(vt, "整改前照片");
	assert_shows(vt, "332 字节, 已送到");
	field_leave(vt);
}

static void a_picture_that_is_gone_costs_no_record_and_is_attached_later(void **state)
{
	struct vt *vt = enter();

	(void)state;
	place(vt, "dfwb");
	vt_keys(vt, "w");
	assert_shows(vt, "第 1/");
	vt_keys(vt, "2");
	assert_shows(vt, "> 情况");
	vt_keys(vt, "出口堵了");
	vt_key(vt, "F6");
	assert_shows(vt, "> 位置");
	vt_key(vt, "F5");
	assert_shows(vt, "第 2/");
	assert_int_equal(sh("rm -r device/photos/*"), 0);
	save(vt, "找不到照片 p");
	field_leave(vt);
	vt = enter();
	place(vt, "dfwb");
	down_to(vt, "隐患");
	vt_key(vt, "Enter");
	assert_shows(vt, "出口堵了");
	vt_key(vt, "Enter");
	assert_shows(vt, "整改前照片");
	down_to(vt, "整改前照片");
	assert_shows(vt, "没有附上");
	vt_key(vt, "Enter");
	assert_shows(vt, "补附文件");
	vt_keys(vt, "1");
	assert_shows(vt, "路径");
	vt_paste(vt, JPEG);
	vt_key(vt, "Enter");
	assert_shows(vt, "已附上");
	assert_shows(vt, "332 字节, 在本机, 等送出");
	field_leave(vt);
}

static void what_could_not_be_attached_is_attached_at_the_next_start(void **state)
{
	struct vt *vt = enter();

	(void)state;
	place(vt, "hmzs");
	vt_keys(vt, "w");
	assert_shows(vt, "第 1/");
	vt_keys(vt, "f");
	assert_shows(vt, "照片 1 张");
	vt_keys(vt, "1");
	assert_shows(vt, "第 2/");
	assert_int_equal(sh("mv device/blobs device/blobs.aside && touch device/blobs"), 0);
	save(vt, "照片还没附上");
	field_leave(vt);
	assert_int_equal(sh("rm device/blobs && mv device/blobs.aside device/blobs"), 0);
	vt = enter();
	assert_shows(vt, "上次断电前的照片 1 张已附上");
	field_leave(vt);
	assert_int_equal(sh("test -z \"$(ls -A device/photos)\""), 0);
	vt = enter();
	assert_hides(vt, "已附上");
	field_leave(vt);
}

static void a_draft_thrown_away_takes_its_pictures_along(void **state)
{
	struct vt *vt = enter();

	(void)state;
	place(vt, "hmzs");
	vt_keys(vt, "w");
	assert_shows(vt, "第 1/");
	vt_keys(vt, "f");
	assert_shows(vt, "照片 1 张");
	vt_keys(vt, "x");
	assert_shows(vt, "作废");
	vt_keys(vt, "2");
	assert_shows(vt, "开始巡查");
	field_leave(vt);
	assert_int_equal(sh("test -z \"$(ls -A device/photos)\""), 0);
}

/* The program on a card that is full while card.full is there; NULL where that cannot be tried. */
static struct vt *on_a_card(void)
{
	char preload[512], sign[512];
	const char *env[] = { preload, sign, NULL };

#ifdef __SANITIZE_ADDRESS__
	print_message("# NOT TRIED: the sanitizer must be the first library itself\n");
	return NULL;
#endif
	snprintf(preload, sizeof preload, "LD_PRELOAD=%s/tests/screens/full_card.so", BUILDDIR);
	snprintf(sign, sizeof sign, "FULL_CARD=%s/card.full", field_dir());
	return field_enter("device", FIELD_PIN, 24, 80, env);
}

#define SEALED(n) "test $(find device/photos -mindepth 2 -type f | wc -l) = " #n " && test -z \"$(find device/photos -maxdepth 1 -type f)\" && ! grep -rlq JFIF device"

/* What the camera took stays, and is what is asked for next: one key when there is room. */
static void a_picture_for_which_the_card_has_no_room_is_kept_by_one_key_when_there_is(void **state)
{
	struct vt *vt;

	(void)state;
	write_settings("LD_PRELOAD= cp '" JPEG "' \\\"$1\\\"", SCALE);
	if (!(vt = on_a_card()))
		return;
	place(vt, "dfwb");
	vt_keys(vt, "w");
	assert_shows(vt, "第 1/");
	assert_int_equal(sh("touch card.full"), 0);
	vt_keys(vt, "f");
	assert_shows(vt, "没能封存");
	assert_shows(vt, "device/photos/p");
	vt_key(vt, "Enter");
	field_settle(vt);
	assert_shows(vt, "device/photos/p");
	assert_int_equal(sh("rm card.full && cmp '" JPEG "' device/photos/p*.jpg"), 0);
	vt_key(vt, "Enter");
	assert_shows(vt, "照片 1 张");
	assert_int_equal(sh(SEALED(1)), 0);
	/* In the panel of a hazard as well. */
	vt_keys(vt, "2");
	assert_shows(vt, "另一处");
	vt_keys(vt, "2");
	assert_shows(vt, "> 情况");
	assert_int_equal(sh("touch card.full"), 0);
	vt_key(vt, "F6");
	assert_shows(vt, "没能封存");
	assert_int_equal(sh("rm card.full"), 0);
	vt_key(vt, "Enter");
	assert_shows(vt, "> 位置");
	assert_int_equal(sh(SEALED(2)), 0);
	field_leave(vt);
}

static void a_path_typed_for_a_picture_outlives_a_full_card(void **state)
{
	struct vt *vt = on_a_card();

	(void)state;
	if (!vt)
		return;
	place(vt, "hmzs");
	vt_keys(vt, "w");
	assert_shows(vt, "第 1/");
	vt_keys(vt, "F");
	assert_shows(vt, "路径");
	vt_paste(vt, JPEG);
	assert_int_equal(sh("touch card.full"), 0);
	vt_key(vt, "Enter");
	assert_shows(vt, "满了");
	assert_shows(vt, "small.jpg");
	assert_int_equal(sh("rm card.full"), 0);
	vt_key(vt, "Enter");
	assert_shows(vt, "照片 1 张");
	vt_key(vt, "Esc");
	field_leave(vt);
	assert_int_equal(sh("test $(find device/photos -name '*small.jpg' | wc -l) = 1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_of_a_walk_is_made_small_sealed_and_waits_to_be_sent),
		cmocka_unit_test(the_record_shows_each_picture_with_its_size_and_where_it_is),
		cmocka_unit_test(it_travels_and_is_the_same_picture_at_the_township),
		cmocka_unit_test(a_picture_that_is_gone_costs_no_record_and_is_attached_later),
		cmocka_unit_test(what_could_not_be_attached_is_attached_at_the_next_start),
		cmocka_unit_test(a_draft_thrown_away_takes_its_pictures_along),
		cmocka_unit_test(a_picture_for_which_the_card_has_no_room_is_kept_by_one_key_when_there_is),
		cmocka_unit_test(a_path_typed_for_a_picture_outlives_a_full_card),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
