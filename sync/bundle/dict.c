#include "config.h"
#include "sync/bundle/dict.h"

/* made from the files of sync/bundle/dict by the Makefile */
static const uint8_t data_0[] = {
#include "sync/bundle/dict_data.inc"
};

const struct bundle_dict bundle_dicts[] = {
	{ { 0x9f, 0xe3, 0xe5, 0xbe, 0x73, 0xa8, 0xca, 0x84 }, data_0, sizeof data_0 },
};
const size_t bundle_dict_count = sizeof bundle_dicts / sizeof *bundle_dicts;
