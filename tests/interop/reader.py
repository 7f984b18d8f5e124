#!/usr/bin/python3
"""Reads Xuncha's bundles without Xuncha: written from sync/bundle/FORMAT.md and the pages it names, with Debian's
python3-nacl and python3-zstandard.

    reader.py golden DIR                              the files of tests/vectors/golden against their `expected`
    reader.py show    --roots F --keys F... PATH...   what came, from whom
    reader.py digest  --roots F --keys F... PATH...   the state digest of all events in these bundles, grants and blobs
    reader.py orders  DIR [SHARE TURN]                the same events in many orders of arrival: one digest (xc_orders.py)
    reader.py refused --roots F --keys F... PATH... BAD   exit 0 when every file of BAD is refused, knowing the others

PATHs are files or folders; whatever is no bundle, grant or blob is passed over.
"""
import argparse
import json
import os
import sys

import nacl.bindings as sodium

import xc_bundle as xb


def read_keys(paths):
    keys = {}
    for path in paths:
        for line in open(path):
            name, secret = line.split()
            sk = bytes.fromhex(secret)
            pk = sodium.crypto_scalarmult_base(sk)
            xb.check(xb.key_id(pk).hex() == name, path + ": key id")
            keys[xb.key_id(pk)] = (pk, sk)
    return keys


def files(paths):
    for path in paths:
        if os.path.isdir(path):
            for folder, _, names in sorted(os.walk(path)):
                for name in sorted(names):
                    yield os.path.join(folder, name)
        else:
            yield path


class Store:
    """Everything found: bundles opened again and again until no new certificate lets in more of them."""

    def __init__(self, chain, keys):
        self.chain, self.keys = chain, dict(keys)
        self.bundles, self.blobs, self.events, self.notes = {}, {}, {}, {}
        self.roster = xb.Roster(chain, [])

    def add_file(self, path):
        data = open(path, "rb").read()
        if data[:4] == b"XCB1":
            self.bundles[path] = data
        elif data[:4] == b"XCA1":
            self.blobs[xb.H(data)] = data
        elif data[:4] == b"XCG1":
            self.add_grant(path, data)

    def add_grant(self, path, data):
        w = xb.Wire(data[4:])
        for _ in range(w.num(1)):
            xb.add_root(self.chain, w.take(w.num(2)))
        e_start = w.at
        head = w.data[e_start:]
        xb.check(head[:4] == b"XCB1", path + ": no bundle in the grant")
        size = int.from_bytes(head[8:10], "big") + int.from_bytes(head[14:18], "big") + 64
        self.bundles[path] = w.take(size)
        while w.left():
            blob = w.take(w.num(4))
            self.blobs[xb.H(blob)] = blob

    def settle(self):
        before = -1
        while before != len(self.events):
            before = len(self.events)
            for path in sorted(self.bundles):
                self.notes[path] = self.take_bundle(self.bundles[path])
            self.roster = xb.Roster(self.chain, self.events.values())
            self.learn_scope_keys()

    def take_bundle(self, data):
        try:
            envelope = xb.read_envelope(data)
            pk = self.roster.sealer(envelope.sealer)
            if not pk:
                return "held: the sealer is not certified"
            xb.verify_envelope(envelope, pk)
            segments = xb.open_envelope(envelope, self.keys)
            if segments is None:
                return "carried: sealed to others"
            return "; ".join(self.take_segment(s) for s in segments)
        except xb.Refused as e:
            return "refused: " + str(e)

    def take_segment(self, s):
        pk = self.roster.author(s.log.writer)
        if not pk or not self.roster.writes(s.log.writer, s.log.scope):
            return "held: the author is not certified for %s" % s.log.scope[2:].decode("ascii", "replace")
        for e in xb.verify_segment(s, pk):
            have = self.events.get(e.hash)
            # a fuller copy replaces a stripped one, never the reverse
            if not have or (have.answers is None and e.answers is not None) or (have.private is None and e.private is not None):
                self.events[e.hash] = e
        return "%d events of %s" % (s.count, s.log.writer.hex())

    def learn_scope_keys(self):
        for e in self.events.values():
            if e.kind != 38 or not self.roster.decree(e):
                continue
            for _, sealed in xb.loads(e.public)[4]:
                for pk, sk in list(self.keys.values()):
                    try:
                        secret = sodium.crypto_box_seal_open(sealed, pk, sk)
                    except Exception:
                        continue
                    scope_pk = sodium.crypto_scalarmult_base(secret)
                    self.keys[xb.key_id(scope_pk)] = (scope_pk, secret)

    def packs(self):
        out = {}
        for e in self.events.values():
            if e.kind != 34 or not self.roster.decree(e):
                continue
            name, version, blobs = xb.loads(e.public)
            data = xb.open_pack(self.blobs, blobs)
            if data is not None:
                out[name + "/" + version] = data
        return out


def open_store(args):
    chain = []
    for path in args.roots:
        for root in xb.read_roots(open(path, "rb").read()):
            xb.add_root(chain, root.bytes)
    store = Store(chain, read_keys(args.keys))
    for path in files(args.path):
        store.add_file(path)
    store.settle()
    return store


def show(args):
    store = open_store(args)
    logs = {}
    for e in store.events.values():
        logs.setdefault("%s:%s:%d" % (e.log.writer.hex(), e.log.scope[2:].hex(), e.log.epoch), []).append(e.seq)
    print(json.dumps(dict(logs={k: "%d of %d" % (len(v), max(v)) for k, v in sorted(logs.items())}, township=xb.H(store.chain[0].bytes)[:16].hex(), code=xb.township_code(store.chain), events=len(store.events),
                          opaque=sum(e.opaque for e in store.events.values()), writers={k.hex(): v["label"] for k, v in store.roster.certs.items()},
                          packs=sorted(store.packs()), files=store.notes), ensure_ascii=False, indent=1))
    return 0


def refused(args):
    store = open_store(args)
    bad = [path for path in files(args.path[-1:])]
    for path in bad:
        if not store.notes.get(path, "").startswith("refused"):
            print(path, store.notes.get(path))
            return 1
    return 0 if bad else 1


def digest(args):
    import xc_fold
    store = open_store(args)
    print(xc_fold.digest(store).hex())
    return 0


def golden(args):
    here = args.path[0]

    def load(name):
        return open(os.path.join(here, name), "rb").read()

    expected = dict(line.split(" ", 1) for line in load("expected").decode().splitlines())
    chain = xb.read_roots(load("roots"))
    store = Store(chain, read_keys([os.path.join(here, "town.keys"), os.path.join(here, "worker.keys")]))
    for name in ("up.xcb", "down.xcb"):
        store.add_file(os.path.join(here, name))
    store.settle()
    worker = [e for e in store.events.values() if e.log.writer.hex() == expected["worker"]]
    decrees = [e for e in store.events.values() if store.roster.decree(e)]
    request = load("request.xcq")
    number = int.from_bytes(xb.H(request), "big") % 10 ** 20
    found = dict(
        township=xb.H(chain[0].bytes)[:16].hex(), code=xb.township_code(chain), digits="%020d" % number,
        worker=expected["worker"], head=max(worker, key=lambda e: e.seq).hash.hex(), decrees=max(decrees, key=lambda e: e.seq).hash.hex(),
        events=str(len(worker)), opaque=str(sum(e.opaque for e in store.events.values())))
    bad = [k for k in expected if expected[k].replace(" ", "") != found[k]]
    receipt = xb.read_receipt(load("receipt.xcr"), chain)
    bad += ["receipt"] if receipt["logs"][0]["hash"].hex() != expected["head"] or receipt["bundle"] != xb.H(load("up.xcb")) else []
    bad += ["blob"] if xb.open_blob(load("blob.xca"), load("blob.key")).decode() != "安全出口" else []
    grant = Store([], store.keys)
    grant.add_file(os.path.join(here, "grant.xcg"))
    bad += ["grant"] if list(grant.bundles.values()) != [load("down.xcb")] or len(grant.chain) != 2 else []
    for name in bad:
        print("differs:", name, expected.get(name), found.get(name))
    return 1 if bad else 0


def orders(args):
    import xc_orders
    here, share, turn = args.path if len(args.path) == 3 else (args.path[0], 1, 0)
    return 1 if xc_orders.orders(here, int(share), int(turn)) else 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("command", choices=["golden", "show", "digest", "refused", "orders"])
    p.add_argument("--roots", action="append", default=[])
    p.add_argument("--keys", action="append", default=[])
    p.add_argument("path", nargs="+")
    args = p.parse_args()
    return globals()[args.command](args)


if __name__ == "__main__":
    sys.exit(main())
