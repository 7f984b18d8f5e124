#include "config.h"
#include "sync/ctl/ctl.h"

int main(int argc, char **argv)
{
	return ctl_run(argc - 1, argv + 1);
}
