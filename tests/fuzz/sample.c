#include "config.h"
#include "tests/fuzz/sample.h"

#include "forms/xlsform/form_read.h"

#include <stdlib.h>
#include <string.h>

static const char sheet[] =
	"survey,type,name,label,calculation,relevant,repeat_count,choice_filter,constraint,default\n"
	",text,village,村,,,,,,\n"
	",integer,n,几个,,,,,. < 20,\n"
	",begin repeat,person,人,,,,,,\n"
	",text,name,姓名,,,,,,\n"
	",integer,age,年龄,,,,,. >= 0 and . < ${n} * 100,\n"
	",calculate,nr,,position(..),,,,,\n"
	",begin group,more,更多,,${age} > 17,,,,\n"
	",select_one province,p,省,,,,,,z\n"
	",select_multiple city,c,市,,,,province = ${p},,\n"
	",date,born,生日,,,,,. <= today(),today()\n"
	",end group,,,,,,,,\n"
	",begin repeat,phone,电话,,,,,,0\n"
	",text,number,号码,,,,,\"regex(., '[0-9]{3,11}')\",\n"
	",end repeat,,,,,,,,\n"
	",end repeat,,,,,,,,\n"
	",begin repeat,counted,数,,,${n},,,\n"
	",decimal,x,值,,,,,,\n"
	",calculate,sofar,,\"sum(${x}) + position(..)\",,,,,\n"
	",end repeat,,,,,,,,\n"
	",calculate,first,,once(${n}),,,,,\n"
	",geopoint,place,位置,,,,,,\n"
	",time,at,时,,,,,,\n"
	",dateTime,when,刻,,,,,,\n"
	",range,r,范围,,,,,,\n"
	",select_one ${name},head,户主,,,,,,\n"
	",calculate,sum,,sum(${age}),,,,,\n"
	",calculate,words,,\"join(',', ${name}, ${number})\",,,,,\n"
	"choices,list_name,name,label,province\n"
	",province,z,浙江,\n"
	",province,j,江苏,\n"
	",city,hz,杭州,z\n"
	",city,nb,宁波,z\n"
	",city,nj,南京,j\n";

static enum err dice(void *user, void *data, size_t len)
{
	(void)user;
	memset(data, 5, len);
	return ERR_OK;
}

enum err sample_try(struct fill **out)
{
	static const struct fill_host host = { .now = 1795305600000, .utc_offset = 480, .language = "zh", .random = dice };
	static struct form *form;
	struct book *book;

	if (!form) {
		if (book_open_bytes(sheet, sizeof sheet - 1, &book) || form_read_book(book, "sample", NULL, NULL, &form))
			abort();
		book_free(book);
	}
	return fill_open(form, &host, out);
}

struct fill *sample_open(void)
{
	struct fill *f;

	if (sample_try(&f))
		abort();
	return f;
}
