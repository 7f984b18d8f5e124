/* What the township alone may do, at its desk on a pty: who asks through the server is let in or not, a new device follows a lost one,
 * a lost device is revoked and what it sends after is adopted or not, people are erased, roles are added, a warning goes to many
 * villages at once. What the devices make of it is asked of the devices. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct vt *devices(int rows, int cols)
{
	struct vt *vt = field_enter("town", TOWN_PIN, rows, cols, NULL);

	vt_keys(vt, "d");
	assert_shows(vt, "最后一次来信");
	return vt;
}

static void who_asks_through_the_server_is_let_in_by_twenty_digits_or_refused(void **state)
{
	struct vt *vt;
	char digits[64];

	(void)state;
	field_run("printf '864209\\n' >pin.asking; xunchad --profile town --listen 127.0.0.1:0 2>daemon.log & echo $! >daemon.pid;"
	    "for i in $(seq 300); do sed -n 's/.* port \\([0-9]*\\)$/\\1/p' daemon.log >port; [ -s port ] && break; sleep 0.1; done; test -s port");
	vt = devices(24, 80);
	vt_keys(vt, "w");
	assert_shows(vt, "没有等着核对的申请");
	field_run("for d in asks stranger; do n=赵敏; [ $d = asks ] || n=不认识的人;"
	    "xunchactl --now 2026-07-12T08:00 --profile $d --pin-file pin.asking init writer --name $n --kdf min;"
	    "xunchactl --now 2026-07-12T08:00 --profile $d --pin-file pin.asking --json enrol request --url http://127.0.0.1:$(cat port) |"
	    " tr -d '\\n' | sed 's/.*\"digits\": *\"\\([0-9 ]*\\)\".*/\\1\\n/' >$d.digits; done");
	vt_key(vt, "Down");                               /* any key: who came meanwhile shows */
	assert_shows(vt, "赵敏");
	assert_shows(vt, "不认识的人");
	snprintf(digits, sizeof digits, "%s", field_first_line("stranger.digits"));
	field_select(vt, digits);
	field_choose(vt, "x", "不同意, 去掉", "1");             /* kept after all */
	assert_shows(vt, digits);
	field_choose(vt, "x", "不同意, 去掉", "2");
	assert_shows(vt, "已从名单上去掉");
	assert_hides(vt, "不认识的人");
	snprintf(digits, sizeof digits, "%s", field_first_line("asks.digits"));
	assert_true(vt_selected(vt, digits));
	vt_key(vt, "Enter");
	assert_shows(vt, "经网络");
	assert_shows(vt, digits);
	field_choose(vt, "2", "和这里一样才发证", "1");
	field_choose(vt, "4", "村应急管理员", "1");
	field_choose(vt, "5", "全镇", "2");
	vt_keys(vt, "6");
	assert_shows(vt, "没有别的设备");
	field_run("touch town/grants");                         /* where grants are laid out nothing can be: the certificate is made, its grant is not */
	field_choose(vt, "7", "自己来取", "1");
	assert_shows(vt, "证书已发, 只差入网文件");
	assert_shows(vt, "[ ] 7");
	field_run("rm town/grants; town --json enrol list | tr -d '\n' | grep -q 赵敏");
	field_choose(vt, "7", "自己来取", "1");
	assert_shows(vt, "已发证: 赵敏");
	assert_shows(vt, "把乡镇的代码念给本人");
	assert_hides(vt, "只差入网文件");
	assert_shows(vt, "[x] 7");
	vt_key(vt, "Esc");
	assert_shows(vt, "没有等着核对的申请");
	field_leave(vt);
	field_run("xunchactl --now 2026-07-12T08:05 --profile asks --pin-file pin.asking enrol accept --url http://127.0.0.1:$(cat port) --root \"$(xunchactl --profile town root show)\";"
	    "if xunchactl --now 2026-07-12T08:05 --profile stranger --pin-file pin.asking enrol accept --url http://127.0.0.1:$(cat port) --root \"$(xunchactl --profile town root show)\"; then exit 1; fi;"
	    "kill $(cat daemon.pid)");
}

static void a_new_device_goes_on_for_the_lost_one_of_the_same_person(void **state)
{
	struct vt *vt;
	char path[512];

	(void)state;
	field_run("on second 2026-07-12T08:00 init writer --name 王秀英 --kdf min; on second 2026-07-12T08:00 enrol request --out second.request");
	vt = devices(24, 80);
	vt_keys(vt, "n");
	snprintf(path, sizeof path, "%s/second.request", field_dir());
	field_ask(vt, "1", "申请文件在哪里", path);
	field_choose(vt, "2", "和这里一样才发证", "1");
	field_choose(vt, "4", "村应急管理员", "1");
	field_choose(vt, "5", "全镇", "2");
	field_choose(vt, "6", "新设备接着它的记录", "2");
	assert_shows(vt, "[x] 6 接替的旧设备");
	field_ask(vt, "7", "写到哪里", "/nowhere/at/all.grant");
	assert_shows(vt, "[ ] 7");                        /* cannot be written: nothing was certified */
	snprintf(path, sizeof path, "%s/second.grant", field_dir());
	field_ask(vt, "7", "写到哪里", path);
	assert_shows(vt, "已发证: 王秀英");
	field_leave(vt);
	field_run("on second 2026-07-12T08:05 enrol accept second.grant --root \"$(xunchactl --profile town root show)\";"
	    "town --json enrol list | tr -d '\\n' | grep -q '\"label\": \"05\"[^}]*\"succeeds\": \"[0-9a-f]'");
}

static void a_lost_device_is_revoked_after_it_was_said_what_that_means(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("echo '{\"desc\":\"软管无卡箍\",\"level\":\"G\",\"src\":\"patrol\",\"informed\":\"yes\",\"owner\":\"马建国\",\"phone\":\"10000000012\",\"due\":\"2026-07-20\"}' >hose.json;"
	    "mkdir -p stick; on device 2026-07-11T09:00 record submit --form hazard_new --row places:=name:石桥旅社 --answers hose.json; carry device stick");
	vt = devices(24, 80);
	assert_shows(vt, "齐");
	field_select(vt, "王秀英");
	if (!vt_selected(vt, "02"))
		field_select(vt, "02");
	vt_keys(vt, "x");
	assert_shows(vt, "吊销: 02 王秀英");
	field_settle(vt);
	vt_keys(vt, "3");                                 /* no reason yet: nothing to confirm */
	field_settle(vt);
	assert_hides(vt, "吊销这台设备");
	field_ask(vt, "1", "例如: 手机丢了", "手机丢了");
	field_ask(vt, "2", "从这时起写的不算数", "昨天");
	assert_shows(vt, "要写成 2026-07-12 08:31");
	field_ask(vt, "2", "从这时起写的不算数", "2026-07-12 08:00");
	assert_shows(vt, "照旧算数");
	assert_shows(vt, "它看不到以后的数据");
	field_golden(vt, "revoke-80x24");
	field_choose(vt, "3", "吊销这台设备", "1");             /* not yet */
	assert_shows(vt, "[ ] 3 吊销");
	field_choose(vt, "3", "吊销这台设备", "2");
	assert_shows(vt, "[x] 3 吊销");
	vt_key(vt, "Esc");
	assert_shows(vt, "已吊销");
	field_leave(vt);
	field_run("town --json enrol list | tr -d '\\n' | grep -q '\"label\": \"02\"[^}]*\"revoked\": true';"
	    "town register list hazards | grep -c 软管 | grep -qx 1");
}

static void what_it_sends_after_is_held_back_shown_and_adopted_one_by_one(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("echo '{\"desc\":\"后门锁死\",\"level\":\"M?\",\"src\":\"patrol\"}' >exit.json; echo '{\"desc\":\"乱写的\",\"level\":\"G\",\"src\":\"patrol\",\"informed\":\"no\"}' >lie.json;"
	    "on device 2026-07-12T08:10 record submit --form hazard_new --row places:=name:石桥旅社 --answers exit.json;"
	    "on device 2026-07-12T08:15 record submit --form hazard_new --row places:=name:石桥旅社 --answers lie.json;"
	    "on device 2026-07-12T08:16 sync --dir stick; town merge stick; town register list hazards | none 后门");
	vt = devices(24, 80);
	vt_keys(vt, "a");
	assert_shows(vt, "吊销之后送到的");
	assert_shows(vt, "扣下");
	assert_shows(vt, "02 王秀英");
	vt_key(vt, "Enter");
	assert_shows(vt, "没有算数");
	assert_shows(vt, "后门锁死");
	vt_key(vt, "Esc");
	field_choose(vt, "a", "和别的记录一样算数", "1");
	assert_hides(vt, "已采纳");
	field_choose(vt, "a", "和别的记录一样算数", "2");
	assert_shows(vt, "已采纳, 从现在起算数");
	field_leave(vt);
	field_run("town register list hazards | grep -q 后门; town register list hazards | none 乱写");
}

static void people_named_in_a_row_are_erased_everywhere_and_it_is_seen_who_has_not_obeyed(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("mkdir -p stick2; carry manager stick2; on manager 2026-07-12T08:23 register list hazards --where '${phone} = \"10000000012\"' | grep -q 软管");
	vt = field_enter("town", TOWN_PIN, 24, 80, NULL);
	field_select(vt, "软管");
	vt_key(vt, "Enter");
	assert_shows(vt, "责任人");
	field_settle(vt);
	vt_keys(vt, "X");
	assert_shows(vt, "删个人信息:");
	field_ask(vt, "1", "例如: 本人要求", "本人要求");
	field_choose(vt, "2", "只删个人信息", "1");
	assert_shows(vt, "删了找不回来");
	field_choose(vt, "3", "先不删", "1");
	assert_shows(vt, "[ ] 3");
	field_choose(vt, "3", "先不删", "2");
	assert_shows(vt, "已令删除");
	field_leave(vt);
	field_run("town register list hazards --where '${phone} = \"10000000012\"' | none 软管; town register list hazards | grep -q 软管");
	vt = devices(24, 80);
	assert_shows(vt, PACKAGE_VERSION " 2026.1");       /* what the manager's device runs: it was told under the seal */
	vt_keys(vt, "e");
	assert_shows(vt, "本人要求");
	assert_shows(vt, "台没回报");
	vt_key(vt, "Enter");
	assert_shows(vt, "03 李军");
	vt_key(vt, "Esc");
	field_run("carry manager stick2; carry manager stick2; on manager 2026-07-12T08:24 register list hazards --where '${phone} = \"10000000012\"' | none 软管");
	vt_key(vt, "Down");
	vt_key(vt, "Enter");
	assert_shows(vt, "还没回报");
	assert_hides(vt, "03 李军");
	vt_key(vt, "Esc");
	vt_keys(vt, "x");
	assert_shows(vt, "没有保存期满");
	field_leave(vt);
}

static void the_roster_tells_who_may_do_what_where_and_more_can_be_given(void **state)
{
	struct vt *vt = devices(24, 80);

	(void)state;
	vt_keys(vt, "r");
	assert_shows(vt, "名册: 谁能在哪里做什么");
	assert_shows(vt, "没发证");
	field_select(vt, "王秀英");
	assert_shows(vt, "石桥村一网格");
	field_golden(vt, "roster-80x24");
	field_select(vt, "郭长山");                          /* the head of two grids: asked which, and the first is not out of reach */
	vt_keys(vt, "e");
	assert_shows(vt, "改哪个网格的人");
	assert_shows(vt, "2 后沟村二网格");
	field_settle(vt);
	vt_keys(vt, "1");
	assert_hides(vt, "名册: 谁能在哪里做什么");
	assert_shows(vt, "后沟村一网格");
	field_settle(vt);
	vt_key(vt, "Esc");
	assert_shows(vt, "名册: 谁能在哪里做什么");
	vt_key(vt, "Home");
	field_select(vt, "李军");
	vt_keys(vt, "a");
	assert_shows(vt, "1 加什么角色");
	vt_keys(vt, "1");
	assert_shows(vt, "角色");
	field_settle(vt);
	vt_keys(vt, "1");
	vt_key(vt, "Enter");
	assert_shows(vt, "[x] 1 加什么角色");
	field_choose(vt, "2", "全镇", "3");
	assert_shows(vt, "[x] 2 加哪个村");
	field_choose(vt, "3", "只能吊销再重新入网才能减", "1");
	assert_shows(vt, "已加上");
	vt_key(vt, "Esc");
	assert_shows(vt, "网格员、村应急管理员");
	field_leave(vt);
	field_run("town --json enrol list | tr -d '\\n' | grep -q '\"label\": \"03\"[^}]*\"GRID\"[^}]*\"990101100202\"';"
	    "carry manager stick2; on manager 2026-07-12T08:24 register list places | grep -c . >count; test $(cat count) -gt 1");
}

/* Once it says who issued it, to the villages that it is to go to. */
static void fill_in_the_warning(struct vt *vt)
{
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "道路结冰");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_hides(vt, "道路结冰");
	field_settle(vt);
	vt_keys(vt, "2");
	field_settle(vt);
	vt_keys(vt, "今夜有大到暴雨");
	vt_key(vt, "F5");
}

static void a_warning_is_filled_in_once_and_goes_to_the_villages_that_were_ticked(void **state)
{
	struct vt *vt = field_enter("town", TOWN_PIN, 24, 80, NULL);

	(void)state;
	vt_keys(vt, "7");
	assert_shows(vt, "没有在叫应的预警");
	vt_keys(vt, "n");
	assert_shows(vt, "来源单位");
	field_settle(vt);
	vt_keys(vt, "县气象台");
	vt_key(vt, "Enter");
	fill_in_the_warning(vt);
	assert_shows(vt, "已勾 3 共 3");
	field_settle(vt);
	vt_key(vt, "Esc");                                /* not sent: still being filled in */
	assert_shows(vt, "来源单位");
	vt_key(vt, "F5");
	assert_shows(vt, "已勾 3 共 3");
	field_select(vt, "柳湾村");
	vt_keys(vt, " ");
	assert_shows(vt, "已勾 2 共 3");
	vt_key(vt, "Enter");
	assert_shows(vt, "已发给 2 个村");
	assert_shows(vt, "0/2 份预警已完成叫应");
	assert_shows(vt, "石桥村");
	assert_shows(vt, "后沟村");
	assert_shows(vt, "还没列名单");
	field_leave(vt);
	/* It is the village's own: its manager goes on with it. */
	field_run("carry manager stick2; on manager 2026-07-12T08:33 --json register list warnings --where 'village() = \"石桥村\"' | sed -n 's/.*\"id\": \"\\([^\"]*\\)\".*/\\1/p' >warning; test $(wc -l <warning) = 1;"
	    "echo '{\"name\":\"王大爷\",\"tier\":\"grid_house\",\"state\":\"waiting\"}' >call.json; echo '{\"name\":\"刘家\",\"tier\":\"grid_house\",\"state\":\"answered\"}' >call2.json;"
	    "for c in call call2; do on manager 2026-07-12T08:33 record submit --form callout_new --row warnings:$(cat warning) --answers $c.json; done; carry manager stick2");
	vt = field_enter("town", TOWN_PIN, 24, 80, NULL);
	vt_keys(vt, "7");
	assert_shows(vt, "1/2");
	assert_shows(vt, "还没列名单");
	field_select(vt, "石桥村");
	vt_key(vt, "Enter");
	assert_shows(vt, "王大爷");
	vt_key(vt, "Esc");
	field_run("echo '{\"done_at\":\"2026-07-12T08:40:00.000+08:00\",\"done_min\":9,\"households_done\":2,\"fed_back\":\"yes\"}' >done.json;"
	    "on manager 2026-07-12T08:41 record submit --form warning_done --row warnings:$(cat warning) --answers done.json; carry manager stick2");
	vt_key(vt, "Down");
	assert_shows(vt, "1/2 份预警已完成叫应");
	assert_shows(vt, "完成");
	field_leave(vt);
}

static void a_village_that_cannot_have_the_warning_is_named_before_any_has_it(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("cp -r $SRCDIR/forms/catalog pack2; chmod -R u+w pack2; sed -i 's/^version,2026.1/version,2026.2/' pack2/pack.csv; sed -i \"s/'\\[0-9\\]{12}'/'.+'/\" pack2/forms/village_new.csv;"
	    "town pack publish pack2; echo '{\"name\":\"新并村\",\"code\":\"未定\",\"code_year\":2026}' >village.json; town record submit --form village_new --answers village.json;"
	    "town register list warnings | wc -l >warnings.before");
	vt = field_enter("town", TOWN_PIN, 24, 80, NULL);
	vt_keys(vt, "7");
	assert_shows(vt, "1/2 份预警已完成叫应");
	vt_keys(vt, "n");
	assert_shows(vt, "县气象台");                       /* as the last time */
	fill_in_the_warning(vt);
	assert_shows(vt, "已勾 4 共 4");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "新并村 没有区划代码");
	assert_shows(vt, "县气象台");                       /* still being filled in */
	field_run("town register list warnings | wc -l >warnings.after; cmp warnings.before warnings.after");
	field_settle(vt);
	vt_key(vt, "F5");
	assert_shows(vt, "已勾 4 共 4");
	field_select(vt, "新并村");
	vt_keys(vt, " ");
	assert_shows(vt, "已勾 3 共 4");
	vt_key(vt, "Enter");
	assert_shows(vt, "已发给 3 个村");
	assert_shows(vt, "1/5 份预警已完成叫应");
	field_leave(vt);
}

static const char *const in_order[] = { "石桥村", "后沟村", "柳湾村" };
enum { IN_ORDER = sizeof in_order / sizeof *in_order };

static void write_a_warning(struct vt *vt)
{
	vt_keys(vt, "n");
	assert_shows(vt, "县气象台");
	fill_in_the_warning(vt);
}

/* To these of the three that can have it. */
static void tick(struct vt *vt, const bool to[IN_ORDER])
{
	char words[64];
	int n = 3;

	assert_shows(vt, "已勾 4 共 4");
	field_select(vt, "新并村");
	vt_keys(vt, " ");
	for (int i = 0; i < IN_ORDER; i++)
		if (!to[i]) {
			field_select(vt, in_order[i]);
			vt_keys(vt, " ");
			n--;
		}
	snprintf(words, sizeof words, "已勾 %d 共 4", n);
	assert_shows(vt, words);
}

static void send_on_a_card_that_takes(struct vt *vt, unsigned writes)
{
	char line[128];

	snprintf(line, sizeof line, "echo %u >sign; mv sign card.full", writes);
	field_run(line);
	vt_key(vt, "Enter");
	assert_hides(vt, "已勾 3 共 4");
	field_settle(vt);
	field_run("rm card.full");
}

#define COUNT_IN_EACH_VILLAGE(file) \
	"for v in 石桥村 后沟村 柳湾村; do town --json register list warnings --where \"village() = '$v'\" | grep -c '\"id\"' || true; done >" file ";"

static void a_warning_that_stopped_between_villages_names_who_lacks_it_and_goes_to_them_alone(void **state)
{
	static const bool all[IN_ORDER] = { true, true, true };
	char sign[512];
	const char *const env[] = { "LD_PRELOAD=" BUILDDIR "/tests/screens/full_card.so", sign, NULL };
	bool lacks[IN_ORDER];
	unsigned writes = 0, sent = 0;
	char words[64];
	struct vt *vt;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	print_message("# NOT TRIED: the sanitizer must be the first library itself\n");
	return;
#endif
	snprintf(sign, sizeof sign, "FULL_CARD=%s/card.full", field_dir());
	field_run(COUNT_IN_EACH_VILLAGE("before"));
	vt = field_enter("town", TOWN_PIN, 24, 80, env);
	vt_keys(vt, "7");
	assert_shows(vt, "份预警已完成叫应");
	write_a_warning(vt);
	while (!vt_shows(vt, "没发完")) {                   /* the first write of all may already be one too many */
		tick(vt, all);
		send_on_a_card_that_takes(vt, writes++);
		if (vt_shows(vt, "县气象台"))
			vt_key(vt, "F5");                  /* none has it: it is still being filled in */
	}
	assert_shows(vt, "空间");
	for (int i = 0; i < IN_ORDER; i++) {
		lacks[i] = vt_shows(vt, in_order[i]);
		sent += !lacks[i];
		assert_true(!i || lacks[i] || !lacks[i - 1]);
	}
	assert_in_range(sent, 1, IN_ORDER - 1);
	snprintf(words, sizeof words, "已发给 %u 个村", sent);
	assert_shows(vt, words);
	vt_key(vt, "Esc");
	assert_shows(vt, "份预警已完成叫应");
	write_a_warning(vt);
	tick(vt, lacks);
	vt_key(vt, "Enter");
	snprintf(words, sizeof words, "已发给 %u 个村", IN_ORDER - sent);
	assert_shows(vt, words);
	field_leave(vt);
	field_run(COUNT_IN_EACH_VILLAGE("after") "paste before after | while read a b; do test $b = $((a + 1)); done");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_asks_through_the_server_is_let_in_by_twenty_digits_or_refused),
		cmocka_unit_test(a_new_device_goes_on_for_the_lost_one_of_the_same_person),
		cmocka_unit_test(a_lost_device_is_revoked_after_it_was_said_what_that_means),
		cmocka_unit_test(what_it_sends_after_is_held_back_shown_and_adopted_one_by_one),
		cmocka_unit_test(people_named_in_a_row_are_erased_everywhere_and_it_is_seen_who_has_not_obeyed),
		cmocka_unit_test(the_roster_tells_who_may_do_what_where_and_more_can_be_given),
		cmocka_unit_test(a_warning_is_filled_in_once_and_goes_to_the_villages_that_were_ticked),
		cmocka_unit_test(a_village_that_cannot_have_the_warning_is_named_before_any_has_it),
		cmocka_unit_test(a_warning_that_stopped_between_villages_names_who_lacks_it_and_goes_to_them_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
