#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"

const struct ctl_command ctl_commands[] = {
#define X(name, usage, help, function) { name, usage, help, function },
	CTL_COMMANDS(X)
#undef X
	{ NULL, NULL, NULL, NULL },
};
