#!/bin/sh
# phone.sh DIR: fixture.sh, where everything has as long a name as people give: 24 Han characters, or an English one.
set -eu
dir=$1
mkdir -p "$dir/long"
long() { printf '%s' "$2" >"$dir/long/$1.json"; }
village='"__village":"990101100201"'
place=石桥村中心街东段北侧二十七号老马家常菜馆及附属仓库
long 31-org_new "[{$village,\"code\":\"DW091\",\"name\":\"石桥村股份经济合作联合社综合服务中心与便民超市\",\"kind\":\"producer\",\"started\":\"2026-01-01\",\"owner\":\"欧阳建国阿布都热合曼\"}]"
long 41-place_new "[{$village,\"code\":\"201-081\",\"name\":\"$place\",\"kind\":\"CA\",\"flags\":\"lpg kit ebike\",\"grid\":\"=code:990101100201-001\",\"address\":\"石桥村中心街东段北侧二十七号, 从卫生室门口往北走第三家, 门前有两棵大槐树\",\"owner\":\"欧阳建国阿布都热合曼\",\"phone\":\"10000000012\",\"status\":\"active\",\"risk\":\"red\",\"area\":118},
{$village,\"code\":\"201-082\",\"name\":\"Shiqiao village riverside guest house and workshop of old Ma\",\"kind\":\"HT\",\"grid\":\"=code:990101100201-001\",\"address\":\"石桥村南\",\"status\":\"active\"},
{$village,\"code\":\"201-083\",\"name\":\"石桥村南北走向河堤第三标段至第五标段之间险工险段甲\",\"kind\":\"DK\",\"address\":\"石桥村南\",\"status\":\"active\",\"warn_level\":71.2}]"
long 51-team_new "[{$village,\"name\":\"石桥村应急突击抢险救援与山洪灾害转移引导志愿服务队\",\"kind\":\"assault\",\"roll\":24,\"full\":10,\"formed\":\"2025-09-01\",\"status\":\"active\"}]"
long 56-person_new "[{$village,\"code\":\"RY091\",\"name\":\"阿布都热合曼买买提江吐尔逊欧阳建国\",\"team\":\"=name:石桥村应急突击抢险救援与山洪灾害转移引导志愿服务队\",\"status\":\"active\"}]"
long 61-household_new "[{$village,\"code\":\"石桥村东沟自然村第十三村民小组二十七号\",\"head\":\"阿布都热合曼买买提江\",\"place\":\"=code:201-083\",\"group\":\"第十三村民小组\",\"address\":\"石桥村东沟自然村第十三村民小组二十七号院内东厢房\",\"people\":3,\"danger\":\"flash_flood\",\"vulnerable\":\"old alone\",\"status\":\"active\"}]"
MORE=$dir/long sh "$SRCDIR/tests/screens/fixture.sh" "$dir"
run() { who=$1 when=$2; shift 2; xunchactl --now "$when" --profile "$dir/$who" --pin-file "$dir/pin.$([ "$who" = town ] && echo town || echo device)" "$@" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }; }
printf '%s' '{"desc":"后厨通往后院的安全出口被装满饮料的货架和三只液化气瓶堵死, 只能侧身通过","level":"M?","src":"patrol"}' >"$dir/long/exit.json"
printf '%s' '{"name":"石桥村山洪灾害夜间无脚本转移避险与自救互救综合演练第二次","event":"flash_flood","where":"石桥村村委会门前广场至后坡安置点","started":"2026-07-10T09:00:00.000+08:00","kind":"special","form":"real"}' >"$dir/long/drill.json"
printf '%s' '{"issuer":"县气象台与县水利局、县自然资源局联合发布","kind":"flash_flood","level":"2","summary":"未来六小时石桥村上游山洪红色预警, 请立即转移沟口与低洼处的人员"}' >"$dir/long/warning.json"
run device 2026-07-01T09:00 record submit --form hazard_new --row places:=code:201-081 --answers "$dir/long/exit.json"
run manager 2026-07-10T12:00 record submit --form drill_new --row orgs:=code:DW091 --answers "$dir/long/drill.json"
run town 2026-07-12T08:20 record submit --form warning_new --village 990101100201 --answers "$dir/long/warning.json"
mkdir -p "$dir/stick"
for who in device manager town device manager; do
	run "$who" 2026-07-12T08:25 $([ "$who" = town ] && echo merge "$dir/stick" || echo sync --dir "$dir/stick")
done
