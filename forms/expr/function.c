#include "config.h"
#include "forms/expr/program.h"

#include <string.h>

static const struct function *const tables[] = {
	logic_functions, string_functions, number_functions, date_functions, select_functions, node_functions, geo_functions,
	list_functions, repeat_functions
};

/* The table in the high byte, the place in it in the low one. */
uint16_t function_find(const char *name)
{
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
		for (size_t i = 0; tables[t][i].name; i++)
			if (tables[t][i].name[0] == name[0] && !strcmp(tables[t][i].name, name))
				return (uint16_t)(t << 8 | i);
	return FUNCTION_UNKNOWN;
}

const struct function *function_at(uint16_t index)
{
	return index == FUNCTION_UNKNOWN ? NULL : &tables[index >> 8][index & 255];
}

bool expr_is_function(const char *name)
{
	return function_find(name) != FUNCTION_UNKNOWN;
}
