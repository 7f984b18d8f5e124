#include "config.h"
#include "sync/bundle/dict.h"

/* made from the files of sync/bundle/dict by the Makefile */
static const uint8_t data_0[] = {
#include "sync/bundle/dict_data.inc"
};

const struct bundle_dict bundle_dicts[] = {
	{ { 0xa6, 0x30, 0x1b, 0xcc, 0x58, 0x73, 0x5c, 0x7e }, data_0, sizeof data_0 },
};
const size_t bundle_dict_count = sizeof bundle_dicts / sizeof *bundle_dicts;
