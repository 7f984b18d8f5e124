/* action.h - everything the interface can do, named once, and the keys that do it.
 *
 * Keymap, hint line, help and tests all read this one list: an action that is not in it cannot be bound, and one that is
 * in it cannot be missing from the help. A view has its own key table; what it does not bind falls to the common keys.
 * Order in a table is order in the hint line.
 */
#ifndef TUI_KIT_ACTION_H
#define TUI_KIT_ACTION_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* X(id, group of the help, name, label in the hint line, one line of help) */
#define KIT_ACTIONS(X) \
	X(NONE,      GO,    "none",      "", "") \
	X(HELP,      GO,    "help",      N_("帮助"), N_("本屏能做什么: 所有按键, 可以查找")) \
	X(BACK,      GO,    "back",      N_("回"),   N_("回到上一屏; 填了一半的已存在草稿里")) \
	X(QUIT,      GO,    "quit",      N_("退出"), N_("退出程序; 已存的都在")) \
	X(UP,        MOVE,  "up",        N_("上"),   N_("上一行")) \
	X(DOWN,      MOVE,  "down",      N_("下"),   N_("下一行")) \
	X(PAGE_UP,   MOVE,  "page-up",   N_("上页"), N_("上一页")) \
	X(PAGE_DOWN, MOVE,  "page-down", N_("下页"), N_("下一页")) \
	X(FIRST,     MOVE,  "first",     N_("最前"), N_("到第一行")) \
	X(LAST,      MOVE,  "last",      N_("最后"), N_("到最后一行")) \
	X(LEFT,      MOVE,  "left",      N_("左"),   N_("左边的一项")) \
	X(RIGHT,     MOVE,  "right",     N_("右"),   N_("右边的一项")) \
	X(MORE,      MOVE,  "more",      N_("后面的"), N_("数字换到后面的选项上, 九个一批; 到了末尾从头来")) \
	X(NEXT,      MOVE,  "next",      N_("下一栏"), N_("到下一栏")) \
	X(PREVIOUS,  MOVE,  "previous",  N_("上一栏"), N_("到上一栏")) \
	X(SECTION,   MOVE,  "section",   N_("跳节"), N_("从各节里选一节跳过去")) \
	X(OPEN,      DO,    "open",      N_("打开"), N_("打开选中的一行, 或确认")) \
	X(FIND,      DO,    "find",      N_("找"),   N_("边打边找: 文字或拼音首字母; Esc 清除")) \
	X(FILTER,    DO,    "filter",    N_("筛选"), N_("只看一部分")) \
	X(SORT,      DO,    "sort",      N_("排序"), N_("换一种排序")) \
	X(TOGGLE,    DO,    "toggle",    N_("勾选"), N_("勾选或取消")) \
	X(ANSWER_1,  ANSWER, "answer-1", N_("第一项"), N_("选第一项")) \
	X(ANSWER_2,  ANSWER, "answer-2", N_("第二项"), N_("选第二项")) \
	X(ANSWER_3,  ANSWER, "answer-3", N_("第三项"), N_("选第三项")) \
	X(ANSWER_4,  ANSWER, "answer-4", N_("第四项"), N_("选第四项")) \
	X(ANSWER_5,  ANSWER, "answer-5", N_("第五项"), N_("选第五项")) \
	X(ANSWER_6,  ANSWER, "answer-6", N_("第六项"), N_("选第六项")) \
	X(ANSWER_7,  ANSWER, "answer-7", N_("第七项"), N_("选第七项")) \
	X(ANSWER_8,  ANSWER, "answer-8", N_("第八项"), N_("选第八项")) \
	X(ANSWER_9,  ANSWER, "answer-9", N_("第九项"), N_("选第九项")) \
	X(NOTE,      ANSWER, "note",     N_("备注"), N_("给这一项写备注")) \
	X(PHOTO,     ANSWER, "photo",    N_("照片"), N_("给这一项附照片文件")) \
	X(FILE,      ANSWER, "file",     N_("选文件"), N_("附一个已有的文件: 打或粘贴它的路径")) \
	X(EDIT,      ANSWER, "edit",     N_("修改"), N_("修改选中的一栏")) \
	X(UNDO,      ANSWER, "undo",     N_("撤销"), N_("撤销刚才的一步")) \
	X(SKIP,      ANSWER, "skip",     N_("先跳过"), N_("先跳过这一项, 以后再答")) \
	X(UNANSWERED, ANSWER, "unanswered", N_("没答的"), N_("到下一个没答的项")) \
	X(ADD,       ANSWER, "add",      N_("添一个"), N_("再添一个")) \
	X(REMOVE,    ANSWER, "remove",   N_("去掉"), N_("去掉选中的一个")) \
	X(PHRASE,    ANSWER, "phrase",   N_("常用语"), N_("从常用语里选, 可用拼音首字母找")) \
	X(COMPOSE,   ANSWER, "compose",  N_("拼音"), N_("用拼音输入汉字")) \
	X(SAVE,      ANSWER, "save",     N_("存下"), N_("填完存下, 签名入账")) \
	X(DISCARD,   ANSWER, "discard",  N_("作废草稿"), N_("不要这份草稿了")) \
	X(WHERE,     DO,    "where",     N_("换去处"), N_("以后勾选的都到同一个地方; 再按一次照名单")) \
	X(WHO,       DO,    "who",       N_("换人"), N_("以后勾选的算名单上的责任人, 或算自己")) \
	X(STEP,      DO,    "step",      N_("办理"), N_("办理下一步: 只列出您的身份可以办的")) \
	X(NEW,       DO,    "new",       N_("新建"), N_("新建一个")) \
	X(WALK,      DO,    "walk",      N_("开始巡查"), N_("对这个场所开始巡查")) \
	X(HISTORY,   DO,    "history",   N_("历次"), N_("看以前的记录")) \
	X(DETAILS,   DO,    "details",   N_("详情"), N_("看全部内容")) \
	X(REVEAL,    DO,    "reveal",    N_("看全号"), N_("显示遮住的个人信息; 会记下谁看过")) \
	X(NOTICE,    DO,    "notice",    N_("告知单"), N_("出示告知单: 屏幕、文件、二维码")) \
	X(PRINT,     DO,    "print",     N_("打印"), N_("告知单、提示单、训练和演练记录, 写成 A4 的网页文件")) \
	X(VERIFY,    DO,    "verify",    N_("核实"), N_("给选中的隐患核实判级")) \
	X(DOWNGRADE, DO,    "downgrade", N_("成批降级"), N_("勾选几处疑似重大, 写一个理由, 一起定为一般隐患")) \
	X(WHISTLE,   DO,    "whistle",   N_("吹哨"), N_("吹哨请部门来, 或登记部门的应答")) \
	X(SUPERVISE, DO,    "supervise", N_("挂牌"), N_("挂牌督办, 或摘牌")) \
	X(EXTEND,    DO,    "extend",    N_("延期"), N_("申请延期, 或定同意不同意")) \
	X(RECHECK,   DO,    "recheck",   N_("复查"), N_("登记复查: 合格销号, 不合格退回")) \
	X(GRANT,     DO,    "grant",     N_("发证"), N_("让一台新设备入网: 读申请, 核对二十位数, 发证")) \
	X(REFUSE,    DO,    "refuse",    N_("不同意"), N_("不同意这份申请: 从名单上去掉")) \
	X(REVOKE,    DO,    "revoke",    N_("吊销"), N_("设备丢了或人走了: 以后写的先不算数, 钥匙换新; 先说清会怎样再定")) \
	X(ADOPT,     DO,    "adopt",     N_("采纳"), N_("吊销之后的一条记录, 查实了: 算数")) \
	X(ERASE,     DO,    "erase",     N_("删个人信息"), N_("令所有设备删去这里的个人信息; 安全记录留着")) \
	X(PUBLISH,   DO,    "publish",   N_("发布"), N_("发布新的清单包: 先检查, 再给所有设备")) \
	X(IMPORT,    DO,    "import",    N_("导入"), N_("从表格文件导入: 先看会改什么, 再定")) \
	X(SEND,      DO,    "send",      N_("同步"), N_("送出和接收")) \
	X(CLOCK,     DO,    "clock",     N_("核对时间"), N_("对着手表、电视或别人的手机核对现在几点; 记下是您核对的")) \
	X(STOP,      DO,    "stop",      N_("停"),   N_("停下正在做的事; 已做完的不丢")) \
	X(CARDS,     PLACE, "cards",     N_("处置卡"), N_("应急处置卡: 不要 PIN, 任何地方可看")) \
	X(PLACES,    PLACE, "places",    N_("场所"), N_("场所: 查找、筛选、巡查")) \
	X(HAZARDS,   PLACE, "hazards",   N_("隐患"), N_("隐患台账和下一步")) \
	X(NEW_HAZARD, PLACE, "new-hazard", N_("新隐患"), N_("不在巡查里, 直接记一处隐患")) \
	X(TRAININGS, PLACE, "trainings", N_("训练"), N_("训练和演练: 点名、计划、欠账")) \
	X(WARNINGS,  PLACE, "warnings",  N_("叫应"), N_("预警叫应: 计时和逐户")) \
	X(MOVING,    PLACE, "moving",    N_("转移"), N_("转移清单: 一户一键, 先转移的在前")) \
	X(READINGS,  PLACE, "readings",  N_("读数"), N_("监测读数: 一个数一行, 超过阈值马上说")) \
	X(PROGRESS,  PLACE, "progress",  N_("进度"), N_("年度计划对做了的, 节点任务按阶段看")) \
	X(REPORTS,   PLACE, "reports",   N_("信息报告"), N_("突发事件信息报告, 有时限")) \
	X(REGISTERS, PLACE, "registers", N_("台账"), N_("全部台账")) \
	X(SYNC,      PLACE, "sync",      N_("同步"), N_("同步: 送出、接收、回执")) \
	X(SETTINGS,  PLACE, "settings",  N_("设置"), N_("语言、配色、PIN、关于")) \
	X(ENROL,     PLACE, "enrol",     N_("入网"), N_("入网: 写申请, 收乡镇发回的文件")) \
	X(CONFLICTS, PLACE, "conflicts", N_("冲突"), N_("说法不一的和等乡镇定的: 并排看, 选一个, 或先不定")) \
	X(DEVICES,   PLACE, "devices",   N_("设备"), N_("每台设备: 最后一次来信、缺什么、两份、已吊销")) \
	X(ASKING,    PLACE, "asking",    N_("申请"), N_("经网络来的入网申请: 核对二十位数, 发证或不同意")) \
	X(AFTERLOSS, PLACE, "after-loss", N_("吊销之后"), N_("被吊销的设备后来送到的记录: 逐条看, 查实的采纳")) \
	X(ERASURES,  PLACE, "erasures",  N_("删除令"), N_("删过哪些个人信息, 哪台设备还没照办; 保存期满的一起删")) \
	X(ROSTER,    PLACE, "roster",    N_("名册"), N_("谁能在哪个村、哪个网格做什么; 加角色加范围")) \
	X(OWED,      PLACE, "owed",      N_("欠账"), N_("谁欠什么: 按项目、村、单位看, 可换月份")) \
	X(EXPORT,    PLACE, "export",    N_("导出"), N_("把台账导出成 xlsx 或 CSV 文件")) \
	X(LOCK,      PROGRAM, "lock",    N_("锁屏"), N_("锁上: 再用要输 PIN")) \
	X(REDRAW,    PROGRAM, "redraw",  N_("重画"), N_("重画屏幕")) \
	X(CLEAR_UP,  PROGRAM, "clear-up", N_("清掉"), N_("清掉本行已打的字"))

enum kit_action {
#define X(id, group, name, label, help) ACT_##id,
	KIT_ACTIONS(X)
#undef X
	ACT_COUNT
};

enum kit_group { KIT_GROUP_GO, KIT_GROUP_MOVE, KIT_GROUP_ANSWER, KIT_GROUP_DO, KIT_GROUP_PLACE, KIT_GROUP_PROGRAM, KIT_GROUP_COUNT };

struct kit_action_info { enum kit_group group; const char *name, *label, *help; };   /* label and help untranslated */
extern const struct kit_action_info kit_actions[ACT_COUNT];
extern const char *const kit_groups[KIT_GROUP_COUNT];                                 /* headings of the help, untranslated */

/* A key is a code point, or an ncurses KEY_* with KIT_FN so that KEY_DOWN (258) is not U+0102. Enter is always '\r', Esc
 * KIT_ESC, Backspace KIT_FN | KEY_BACKSPACE, whatever the terminal sends. */
enum { KIT_FN = 1 << 24, KIT_ESC = 27, KIT_ENTER = '\r', KIT_TAB = '\t' };

struct kit_key {
	int key;
	enum kit_action action;
	bool hint;                 /* stands in the hint line */
};

extern const struct kit_key kit_keys_common[];                /* every view has these; ends with ACT_NONE */

/* Action of `key` in a view with `keys` (ends with ACT_NONE), its own first. */
enum kit_action kit_key_action(const struct kit_key *keys, int key);

/* Name of a key for people, in their language: "j", "Enter", "F2", "上"; borrowed until the next call. */
const char *kit_key_name(int key);

/* A character that a person types as text? */
bool kit_key_is_text(int key);

#endif
