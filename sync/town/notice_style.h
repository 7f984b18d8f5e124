/* notice_style.h - how papers look: A4, songti and heiti, black on white, nothing that a copier would lose. */
#ifndef SYNC_TOWN_NOTICE_STYLE_H
#define SYNC_TOWN_NOTICE_STYLE_H

static const char notice_style[] =
"@page{size:A4;margin:22mm 20mm 20mm 24mm;@bottom-center{content:\"第 \" counter(page) \" 页  共 \" counter(pages) \" 页\";font:9pt/1 'Noto Serif CJK SC','Source Han Serif SC',SimSun,serif}}\n"
":root{color-scheme:light}\n"
"*{box-sizing:border-box}\n"
"html{font:12pt/1.7 'Noto Serif CJK SC','Source Han Serif SC','Songti SC',SimSun,serif;color:#000;background:#fff;line-break:strict;overflow-wrap:anywhere}\n"
"body{margin:0}\n"
"main{max-width:165mm;margin:0 auto}\n"
"@media screen{html{background:#e9e9e6}main{background:#fff;max-width:210mm;min-height:297mm;margin:8mm auto;padding:22mm 20mm 20mm 24mm;box-shadow:0 1px 8px #0003}}\n"
"@media screen and (max-width:640px){main{margin:0;padding:6mm 5mm;min-height:0;box-shadow:none}}\n"
".org{text-align:center;font-size:13pt;letter-spacing:.12em;margin:0}\n"
"h1{font:700 20pt/1.4 'Noto Sans CJK SC','Source Han Sans SC','Heiti SC',SimHei,sans-serif;text-align:center;letter-spacing:.1em;margin:0 0 4mm}\n"
"h2{font:700 12pt/1.5 'Noto Sans CJK SC','Source Han Sans SC','Heiti SC',SimHei,sans-serif;margin:5mm 0 1.5mm;break-after:avoid}\n"
".number{text-align:right;font-size:10.5pt;margin:0 0 3mm;font-variant-numeric:tabular-nums}\n"
".to{margin:0 0 1mm;font-weight:700}\n"
"p.text{text-indent:2em;margin:2mm 0;text-align:justify}\n"
"table{width:calc(100% - 1pt);margin-left:.5pt;border-collapse:collapse;margin:2mm 0 3mm;font-size:11pt;line-height:1.5;border:1.2pt solid #000}\n"
"th,td{border:.6pt solid #000;padding:1.4mm 2mm;text-align:left;vertical-align:middle;font-weight:400}\n"
"tr{break-inside:avoid}\n"
"thead{display:table-header-group}\n"
".fields th{width:27mm;text-align:center;font-family:'Noto Sans CJK SC','Source Han Sans SC',SimHei,sans-serif;font-size:10pt}\n"
".fields td{min-height:8mm}\n"
".rows th{text-align:center;font-family:'Noto Sans CJK SC','Source Han Sans SC',SimHei,sans-serif;font-size:10pt;word-break:keep-all}\n"
".rows td{font-size:10.5pt;vertical-align:top}\n"
".rows td:first-child{text-align:center}\n"
".rows .short{white-space:nowrap}\n"
".empty{text-align:center}\n"
".signs{display:grid;grid-template-columns:1fr 1fr;gap:9mm 12mm;margin:11mm 0 0;break-inside:avoid}\n"
".sign b{display:block;font-weight:400}\n"
".sign i{display:block;border-bottom:.8pt solid #000;height:11mm}\n"
".sign u{display:block;text-decoration:none;text-align:right;letter-spacing:.1em;margin-top:1.5mm;white-space:pre}\n"
".note{font-size:9.5pt;line-height:1.6;margin:6mm 0 0;border-top:.6pt solid #000;padding-top:1.5mm;break-inside:avoid}\n"
".made{font-size:9pt;margin:2mm 0 0}\n"
".cards{display:grid;grid-template-columns:1fr 1fr;gap:0}\n"
".card{border:.5pt dashed #000;padding:3.5mm 4mm;height:84mm;overflow:hidden;break-inside:avoid}\n"
".card h2{margin:0 0 1.5mm;font-size:12.5pt}\n"
".card pre{margin:0;font:8.6pt/1.5 'Noto Sans Mono CJK SC','Noto Sans CJK SC','Sarasa Mono SC',SimHei,monospace;white-space:pre-wrap}\n"
"@media screen and (max-width:640px){.cards,.signs{grid-template-columns:1fr}.card{height:auto}.fields,.fields tbody,.fields tr,.fields th,.fields td{display:block;width:auto;text-align:left}}\n";

#endif
