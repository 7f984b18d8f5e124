"""The same events in many orders of arrival (tests/ledger/orders.h): every order is opened, verified and folded anew."""
import os
import time

import xc_bundle as xb
import xc_fold


class OrderStore:
    """Pieces taken in one after the other; what nobody is yet known to have written waits for its certificate."""

    def __init__(self, chain, pack):
        self.chain, self.pack = chain, pack
        self.events, self.waiting = {}, []
        self.roster = xb.Roster(chain, [])

    def take(self, s):
        pk = self.roster.author(s.log.writer)
        if not pk or not self.roster.writes(s.log.writer, s.log.scope):
            self.waiting.append(s)
            return False
        for e in xb.verify_segment(s, pk):
            self.events.setdefault(e.hash, e)
        return self.roster.T_of(s.log.writer)[0]

    def take_batch(self, data):
        w, decrees = xb.Wire(data), False
        while w.left():
            decrees |= self.take(xb.read_segment(w, bytes(16)))
        while decrees:                                  # somebody may be known now
            self.roster = xb.Roster(self.chain, self.events.values())
            again, self.waiting = self.waiting, []
            decrees = any([self.take(s) for s in again])

    def packs(self):
        return self.pack


def digest_of(path, chain, pack):
    store = OrderStore(chain, pack)
    w = xb.Wire(open(path, "rb").read())
    while w.left():
        store.take_batch(w.take(w.num(4)))
    xb.check(not store.waiting, "pieces of nobody")
    store.roster = xb.Roster(chain, store.events.values())
    return xc_fold.digest(store).hex(), len(store.events)


def orders(here, share, turn):
    """Of `share` orders one, beginning with the turn-th: how many differ."""
    def load(name):
        return open(os.path.join(here, name), "rb").read()

    chain, want, bad, done, start = xb.read_roots(load("roots")), load("digest").decode(), 0, 0, time.time()
    pack = load("pack")
    read = xc_fold.read_pack(pack)
    names = sorted(name for name in os.listdir(here) if name.endswith(".order"))
    for name in names[turn % share::share]:
        found, events = digest_of(os.path.join(here, name), chain, {read.id + "/" + read.version: pack})
        done += 1
        if found != want:
            print(name, found, "not", want)
            bad += 1
    print("# %d of %d orders of %d events, %.1f s" % (done, len(names), events, time.time() - start))
    return bad
