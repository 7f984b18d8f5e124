/* commands.h - the functions behind the table in commands.c, one file a group. Each takes its options, answers, and returns. */
#ifndef SYNC_CTL_COMMANDS_H
#define SYNC_CTL_COMMANDS_H

#include "sync/ctl/ctl.h"

/* X(name, usage, help, function) in the order of the help */
#define CTL_COMMANDS(X) \
	X("init township", "--name N --division CODE --staff NAME [--kdf min]", N_("建立乡镇: 密钥、根文件、第一位工作人员"), cmd_init_township) \
	X("init writer", "--name N [--kdf min] [--new-pin-file F]", N_("在这台设备上建立一位 (或再加一位) 工作人员, 并写出入网申请"), cmd_init_writer) \
	X("enrol request", "--out F | --url URL", N_("再写一次入网申请, 或经网络交给乡镇"), cmd_enrol_request) \
	X("enrol show", "F", N_("看一份入网申请: 姓名和要核对的二十位数字"), cmd_enrol_show) \
	X("enrol waiting", "[--drop DIGITS]", N_("经网络来的入网申请, 等着核对; --drop 删去一份"), cmd_enrol_waiting) \
	X("enrol grant", "F|DIGITS --role R[,R] --scope CODE[,CODE] --person P [--out G] [--succeeds LABEL]", N_("批准入网, 写出入网文件; DIGITS 是本人念的二十位数字"), cmd_enrol_grant) \
	X("enrol again", "F|DIGITS [--out G]", N_("已入网的设备丢了全部数据: 按它的申请再写一份入网文件, 不另发证"), cmd_enrol_again) \
	X("enrol accept", "G|--url URL --root DIGITS", N_("收下入网文件; DIGITS 是乡镇的代码"), cmd_enrol_accept) \
	X("enrol list", "", N_("在册的人和设备: 标签、角色、范围、是否吊销"), cmd_enrol_list) \
	X("enrol extend", "LABEL [--role R[,R]] [--scope CODE[,CODE]]", N_("给在册的人加角色、加范围; 要减只能吊销后重新入网"), cmd_enrol_extend) \
	X("enrol revoke", "LABEL [--lost TIME] [--last REF[,REF]] [--reason T]", N_("吊销一台设备: 丢失之后的记录不再算数, 换范围钥匙"), cmd_enrol_revoke) \
	X("key export", "--box --out F", N_("导出解封钥匙, 给别的程序读数据包用"), cmd_key_export) \
	X("root show", "", N_("乡镇的代码 (三十位数字和两位校验)"), cmd_root_show) \
	X("root rotate", "[--recovery F] [--anyway]", N_("换根和授权、收件、回执钥匙"), cmd_root_rotate) \
	X("root admit", "LABEL", N_("让另一位工作人员也能用授权钥匙"), cmd_root_admit) \
	X("pack check", "DIR", N_("检查清单包, 逐条说明错误"), cmd_pack_check) \
	X("pack publish", "DIR [--dry-run] [--anyway]", N_("发布清单包: 先和现用的比, 说会改什么; 会让旧记录看不到的不发布, 除非 --anyway"), cmd_pack_publish) \
	X("pack show", "", N_("看现用的清单包"), cmd_pack_show) \
	X("form check", "F", N_("检查一份 XLSForm"), cmd_form_check) \
	X("form describe", "F", N_("一份 XLSForm 的全部内容 (--json)"), cmd_form_describe) \
	X("form fill", "F --answers A.json", N_("用答案文件填一份表, 给出记录、缺项、违例"), cmd_form_fill) \
	X("expr", "'EXPR' [--set NAME=VALUE]… [--dot VALUE]", N_("算一个表达式"), cmd_expr) \
	X("record submit", "--form ID [--row REGISTER:ROW] --answers A.json [--village CODE] [--anew]", N_("提交记录"), cmd_record_submit) \
	X("record show", "REF", N_("看一条记录"), cmd_record_show) \
	X("record amend", "REF --answers A.json --reason T", N_("更正一条自己的记录 (乡镇可更正任何一条); 只写要改的几项"), cmd_record_amend) \
	X("record retract", "REF --reason T", N_("撤回一条记录 (仍保留)"), cmd_record_retract) \
	X("record after-loss", "", N_("吊销之后收到的记录, 等工作人员核实"), cmd_record_afterloss) \
	X("record adopt", "REF…", N_("核实过的吊销后记录, 逐条采纳"), cmd_record_adopt) \
	X("draft list", "", N_("没做完的表"), cmd_draft_list) \
	X("register list", "REGISTER [--where EXPR] [--sort FIELD] [--csv]", N_("列出一本登记簿"), cmd_register_list) \
	X("register import", "REGISTER F [--village CODE] [--dry-run]", N_("从表格文件导入登记簿: 先说会改什么, 有一行不收就一行不写"), cmd_register_import) \
	X("due", "[--on DATE]", N_("应做的事"), cmd_due) \
	X("owed", "[--month YYYY-MM]", N_("欠账"), cmd_owed) \
	X("sync", "--dir DIR | --url URL", N_("同步: 封包、拷出、收回执和下行"), cmd_sync) \
	X("merge", "DIR|F…", N_("收包"), cmd_merge) \
	X("bundle export", "--to DIR [--sealed | --log WRITER:SCOPE:EPOCH --first N --count N]", N_("封包到文件夹"), cmd_bundle_export) \
	X("bundle verify", "F…", N_("验包, 不收"), cmd_bundle_verify) \
	X("bundle show", "F", N_("看一个包的封面"), cmd_bundle_show) \
	X("conflict list", "", N_("有几种说法的地方"), cmd_conflict_list) \
	X("conflict resolve", "ROW FIELD --take N", N_("定一种说法"), cmd_conflict_resolve) \
	X("status", "", N_("没送到的、缺的、多久没联系"), cmd_status) \
	X("clock", "[--is TIME]", N_("这次开机以来几点是听谁的; --is 是您核对过的现在"), cmd_clock) \
	X("attach", "REF FILE [--name NAME | --question NAME [--taken TIME]] [--scale COMMAND]", N_("给记录附一个文件 (照片); COMMAND 把 \"$1\" 缩小成 \"$2\""), cmd_attach) \
	X("attach save", "REF --out F", N_("取出一个附件"), cmd_attach_save) \
	X("digest", "", N_("登记簿的摘要"), cmd_digest) \
	X("heads", "", N_("各日志到哪一条"), cmd_heads) \
	X("check", "", N_("从头验一遍存储"), cmd_check) \
	X("rebuild", "", N_("重建登记簿"), cmd_rebuild) \
	X("backup", "DIR", N_("备份到一个新目录"), cmd_backup) \
	X("restore", "DIR", N_("用备份代替现在的数据 (现在的另存)"), cmd_restore) \
	X("erase", "REF… --reason T [--answers]", N_("令删除记录里的个人信息 (或全部答案); 哈希留着"), cmd_erase) \
	X("erase expired", "[--dry-run]", N_("按清单包的保存期删除个人信息"), cmd_erase_expired) \
	X("erase status", "", N_("各删除令还有谁没回报"), cmd_erase_status) \
	X("export jsonl", "F [--full]", N_("全部登记簿, 每行一条 JSON"), cmd_export_jsonl) \
	X("export map", "--geojson F", N_("有位置的行, GeoJSON"), cmd_export_map) \
	X("export", "LEDGER --csv F | --xlsx F [--full] [--month YYYY-MM]", N_("导出台账; LEDGER 写 all 时 F 是目录"), cmd_export) \
	X("report", "--html F [--month YYYY-MM | --year YYYY] [--outlines GEOJSON]", N_("月报、年报: 一个网页文件"), cmd_report) \
	X("notice", "ROW|cards --out F [--paper ID] [--full] [--scale COMMAND]", N_("打印件: 告知单、提示单、挂牌通知、训练和演练记录; cards: 处置卡"), cmd_notice)

/* Enrolment through the server (cmd_enrol_online.c): the request of the unlocked writer handed in and its digits said; its grant. */
struct buf;
enum err ctl_enrol_ask(struct ctl *c, struct profile *p, const char *name, const char *url);
enum err ctl_enrol_fetch(struct profile *p, const char *name, const char *url, struct buf *grant);
/* The request to be granted: by the digits read aloud, or a file. */
enum err ctl_enrol_chosen(struct ctl *c, struct profile *p, struct buf *request);

#define X(name, usage, help, function) enum err function(struct ctl *c);
CTL_COMMANDS(X)
#undef X

#endif
