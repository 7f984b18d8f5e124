#!/bin/sh
# more.sh DIR: fixture.sh with spots to read, milestones of the year.
MORE=$SRCDIR/tests/screens/more exec sh "$SRCDIR/tests/screens/fixture.sh" "$1"
