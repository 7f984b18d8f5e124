"""Envelopes, segments, events, roots, roster, receipts and blobs: FORMAT.md sections 2 to 9."""
import hashlib
import os
from collections import namedtuple

import nacl.bindings as sodium
import nacl.exceptions
import zstandard

from xc_cbor import Malformed, Reader, loads, skip_loosely


class Refused(Exception):
    pass


def check(sound, why):
    if not sound:
        raise Refused(why)


def H(*parts, size=32):
    return hashlib.blake2b(b"".join(parts), digest_size=size).digest()


def be(n, size):
    return (n % (1 << (8 * size))).to_bytes(size, "big")


def writer_id(sign_pk):
    return H(b"XC1 writer", sign_pk)[:16]


def key_id(pk):
    return H(pk)[:8]


def verify(pk, message, signature):
    try:
        sodium.crypto_sign_open(signature + message, pk)
        return True
    except nacl.exceptions.BadSignatureError:
        return False


class Wire:
    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def take(self, n):
        check(n <= self.left(), "cut")
        self.at += n
        return self.data[self.at - n:self.at]

    def num(self, n):
        return int.from_bytes(self.take(n), "big")

    def signed(self, n):
        return int.from_bytes(self.take(n), "big", signed=True)

    def varint(self):
        n = shift = 0
        while True:
            b = self.num(1)
            check(shift < 63 or b <= 1, "varint too long")
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                check(b or shift == 7, "varint not in its shortest form")
                return n

    def scope(self):
        kind, n = self.num(1), self.num(1)
        body = self.take(n)
        check((kind, n) in ((0, 0), (1, 12), (2, 16)) and (kind != 1 or body.isdigit()), "scope")
        return bytes([kind, n]) + body


Log = namedtuple("Log", "writer scope epoch")
Event = namedtuple("Event", "log seq previous hash flags kind lamport wall boot uptime public answers private opaque")


def log_hash(log):
    return H(b"XC1 log", log.writer, log.scope, be(log.epoch, 8))


def read_event(data, base):
    """The event at the start of data: (fields, used, new base, opaque)."""
    w = Wire(data)
    n = w.varint()
    check(n <= 65536, "event over 65,536 bytes")
    body = w.take(n)
    check(n >= 2, "event too short")
    flags = body[0]
    check(not flags & 0x70 and (flags & 1 or not flags & 2) and (flags & 8 or not flags & 4), "flags")
    r = Reader(body, 1)
    try:
        head = r.item()
    except Malformed as e:
        raise Refused("head") from e
    check(isinstance(head, list) and len(head) == 5 and all(type(v) is int for v in head) and 0 <= head[0] <= 65535 and head[1] >= 0, "head")
    lamport, wall, boot, drift = head[1:]
    now = tuple(b + d for b, d in zip(base, (lamport, wall, boot, wall + drift)))
    check(now[0] < 1 << 64 and 0 <= now[2] < 1 << 64 and all(-1 << 63 <= v < 1 << 63 for v in (now[1], now[3])), "head out of range")
    opaque, start = False, r.at
    try:
        r.item()
        end = r.at
    except Malformed:
        opaque = True
        try:
            end = skip_loosely(body, start) if flags & 9 else n
        except Malformed as e:
            raise Refused("parts cannot be told apart") from e
    public, rest = body[start:end], Reader(body, end)

    def string():
        nonlocal opaque
        major, size = rest.head()
        check(major == 2, "not a byte string")
        content = rest.take(size)
        try:
            loads(content)
        except Malformed:
            opaque = True
        return content

    try:
        answers = ans = private = priv = None
        if flags & 8:
            if flags & 4:
                ans = rest.take(32)
            else:
                answers = string()
        if flags & 1:
            if flags & 2:
                priv = rest.take(32)
            else:
                salt = rest.take(16)
                private = string()
                priv = H(salt, private)
    except Malformed as e:
        raise Refused("parts cannot be told apart") from e
    check(rest.at == n, "bytes left over")
    if answers is not None:
        ans = H(answers)
    digest = (bytes([flags & 0x81]) + be(head[0], 2) + b"".join(be(v, 8) for v in now)
              + H(public) + (ans or bytes(32)) + (priv or bytes(32)))
    return (flags, head[0], now, public, answers, private), w.at, now, opaque, digest


Segment = namedtuple("Segment", "log first count before base signature events")


def read_segment(w, sealer):
    mark = w.num(1)
    check(mark <= 1, "author mark")
    writer = w.take(16) if mark else sealer
    log = Log(writer, w.scope(), w.num(8))
    first, count = w.varint(), w.varint()
    before = w.take(32)
    base = (w.num(8), w.signed(8), w.num(8), w.signed(8))
    signature = w.take(64)
    events = w.take(w.varint())
    check(count <= 16384, "more than 16,384 events")
    check(1 <= first < 1 << 63 and count >= 1, "numbers of the segment")
    return Segment(log, first, count, before, base, signature, events)


def verify_segment(s, sign_pk):
    if s.first == 1:
        check(s.before == log_hash(s.log) and s.base == (0, 0, 0, 0), "start of the log")
    previous, base, at, out = s.before, s.base, 0, []
    for seq in range(s.first, s.first + s.count):
        (flags, kind, now, public, answers, private), used, base, opaque, digest = read_event(s.events[at:], base)
        before, previous = previous, H(b"XC1 event", previous, digest)
        out.append(Event(s.log, seq, before, previous, flags, kind, *now, public, answers, private, opaque))
        at += used
    check(at == len(s.events), "bytes left over in the segment")
    check(verify(sign_pk, b"XC1 head" + s.log.writer + s.log.scope + be(s.log.epoch, 8) + be(seq, 8) + previous, s.signature), "the author's signature")
    return out


# ---- envelope ----

Envelope = namedtuple("Envelope", "file header_len plain_len cipher_len dictionary sealer counter wall tick stanzas maker id")


def read_envelope(file):
    check(len(file) <= 1310720, "file too large")
    w = Wire(file)
    check(w.take(4) == b"XCB1", "not a bundle")
    check((w.num(1), w.num(1)) == (1, 1), "version")
    check(not w.num(2) & 0xff00, "critical flag")
    header_len, plain_len, cipher_len = w.num(2), w.num(4), w.num(4)
    dictionary, sealer, counter, wall = w.take(8), w.take(16), w.num(8), w.signed(8)
    stanzas = [(w.take(8), w.take(80)) for _ in range(w.num(1))]
    check(1 <= len(stanzas) <= 4, "stanzas")
    check(w.at <= header_len <= w.at + 4096, "header length")
    check(1 <= plain_len <= 1 << 20 and plain_len <= 64 * cipher_len + 4096, "plain length")
    check(len(file) == header_len + cipher_len + 64, "file length")
    dictionary_of(dictionary)
    tick = maker = None
    while w.at < header_len:
        kind, body = w.num(2), w.take(w.num(2))
        check(w.at <= header_len, "extension")
        if kind == 1:
            check(len(body) == 8, "tick")
            tick = int.from_bytes(body, "big")
        elif kind == 2:
            check(len(body) == 90, "versions")
            maker = body
        else:
            check(not kind & 0x8000, "critical extension")
    return Envelope(file, header_len, plain_len, cipher_len, dictionary, sealer, counter, wall, tick, stanzas, maker, H(file))


def verify_envelope(e, sign_pk):
    body = e.file[e.header_len:-64]
    check(verify(sign_pk, b"XC1 bundle" + e.file[:e.header_len] + H(body), e.file[-64:]), "the sealer's signature")


def decrypt(key, ad, cipher):
    check(len(cipher) >= 24 + 17, "stream too short")
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, cipher[:24], key)
    at, out = 24, []
    while at < len(cipher):
        chunk = cipher[at:at + 16384 + 17]
        at += len(chunk)
        try:
            plain, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, chunk, ad if len(out) == 0 else None)
        except Exception as e:
            raise Refused("stream damaged") from e
        check((tag == 3) == (at == len(cipher)) and tag in (0, 3), "end of stream")
        out.append(plain)
    return b"".join(out)


def dictionary_of(name):
    if name == bytes(8):
        return None
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "sync", "bundle", "dict", name.hex())
    check(os.path.exists(path), "dictionary " + name.hex() + " is not here")
    data = open(path, "rb").read()
    check(H(data)[:8] == name, "dictionary damaged")
    return zstandard.ZstdCompressionDict(data)


def expand(frame, size, dictionary=None):
    p = zstandard.get_frame_parameters(frame)
    check(p.content_size == size and not p.has_checksum and p.dict_id == 0 and p.window_size <= 1 << 20, "frame header")
    d = zstandard.ZstdDecompressor(dict_data=dictionary) if dictionary else zstandard.ZstdDecompressor()
    try:
        o = d.decompressobj()
        plain = o.decompress(frame)
    except zstandard.ZstdError as e:
        raise Refused("compressed text damaged") from e
    check(len(plain) == size and not o.unused_data, "length of the plain text")
    return plain


def versions(key, box):
    """What the sealer runs: (program, pack)."""
    plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(box[24:], b"XC1 maker", box[:24], key)
    fields = [plain[:25], plain[25:]]
    check(all(f[0] <= 24 for f in fields), "versions")
    return tuple(f[1:1 + f[0]].decode("utf-8") for f in fields)


def open_envelope(e, keys):
    """keys: key id -> (public key, secret key)."""
    for name, sealed in e.stanzas:
        if name in keys:
            key = sodium.crypto_box_seal_open(sealed, *keys[name])
            plain = expand(decrypt(key, e.file[:e.header_len], e.file[e.header_len:-64]), e.plain_len, dictionary_of(e.dictionary))
            w, out = Wire(plain), []
            while w.left():
                check(len(out) < 64, "more than 64 segments")
                out.append(read_segment(w, e.sealer))
            check(sum(s.count for s in out) <= 16384, "more than 16,384 events")
            if e.maker:
                versions(key, e.maker)
            return out
    return None


# ---- roots ----

Root = namedtuple("Root", "version threshold keys T B R recovery heads name division bytes")


def read_root(doc):
    check(len(doc) <= 4096, "root too large")
    try:
        body, signatures = loads(doc)
        version, threshold, keys, t, b, r, recovery, heads, name, division = loads(body)
    except (Malformed, ValueError, TypeError) as e:
        raise Refused("root malformed") from e
    check(len(set(keys)) == len(keys) <= 8 and 1 <= threshold <= len(keys), "root keys")
    return Root(version, threshold, keys, t, b, r, recovery, heads, name, division, doc), body, signatures


def add_root(chain, doc):
    root, body, signatures = read_root(doc)
    if chain and root.version <= chain[-1].version:
        check(any(doc == r.bytes for r in chain), "another root of this version")
        return
    check(not chain or root.version == chain[-1].version + 1, "roots are missing between")
    good = {pk for pk, signature in signatures if verify(pk, b"XC1 root" + body, signature)}
    check(len(good & set(root.keys)) >= root.threshold, "root not signed by itself")
    if chain:
        before = chain[-1]
        check(len(good & set(before.keys)) >= before.threshold or any(H(b"XC1 recovery", pk) == before.recovery for pk in good), "root not signed by the one before")
    chain.append(root)


def read_roots(data):
    w, chain = Wire(data), []
    while w.left():
        add_root(chain, w.take(w.num(2)))
    return chain


def township_code(chain):
    n = int.from_bytes(H(chain[-1].bytes)[:16], "big") % 10 ** 30
    return "%030d%02d" % (n, 98 - 100 * n % 97)


# ---- receipts, blobs ----

def read_receipt(data, chain):
    w = Wire(data)
    check(w.take(4) == b"XCR1" and (w.num(1), w.num(1)) == (1, 1), "not a receipt")
    n = w.num(2)
    check(n <= 256, "receipt too long")
    township, name = w.take(16), w.take(8)
    head = dict(bundle=w.take(32), time=w.signed(8), tick=w.num(8))
    head["logs"] = [dict(writer=w.take(16), scope=w.take(16), epoch=w.num(8), seq=w.num(8), hash=w.take(32)) for _ in range(n)]
    signature = w.take(64)
    check(not w.left(), "bytes left over")
    check(township == H(chain[0].bytes)[:16], "another township's")
    check(any(key_id(r.R[1]) == name and verify(r.R[1], b"XC1 receipt" + data[:-64], signature) for r in chain), "receipt's signature")
    return head


def open_blob(data, key):
    check(data[:4] == b"XCA1" and len(data) <= 2 << 20, "not a blob")
    return decrypt(key, data[:4], data[4:])


def open_pack(blobs, names):
    """The pack that the entries [blob id, size, key] of a PACK event name; None when a blob is not here."""
    out = []
    for name, size, key in names:
        if name not in blobs:
            return None
        check(len(blobs[name]) == size, "size of a blob")
        content = open_blob(blobs[name], key)
        out.append(expand(content[4:], int.from_bytes(content[:4], "big")))
    return b"".join(out)


# ---- roster ----

class Roster:
    """FORMAT.md section 6.2, built from the set of T's events."""

    def __init__(self, chain, events):
        events = list(events)
        self.chain, self.certs, self.revokes = chain, {}, {}
        self.by_hash = {e.hash: e for e in events}
        for e in sorted((e for e in events if self.decree(e)), key=lambda e: (e.lamport, e.log.epoch, e.seq, e.hash)):
            try:
                self.take(e, loads(e.public))
            except (Malformed, ValueError, TypeError):
                continue

    def T_of(self, writer):
        """(is T, the root that replaced it or None)"""
        following = None
        for root in reversed(self.chain):
            if writer_id(root.T) == writer:
                return True, following
            following = root
        return False, None

    def decree(self, e):
        known, following = self.T_of(e.log.writer)
        if not known or e.log.scope != b"\0\0" or e.opaque:
            return False
        if not following:
            return True
        return any(e.log.epoch == epoch and self.leads(e, seq, h) for epoch, seq, h in following.heads)

    def leads(self, e, seq, h):
        """Is e the event (seq, h), or before it and not known to be off the chain that leads there?"""
        if e.seq >= seq:
            return e.seq == seq and e.hash == h
        at = self.by_hash.get(h)
        while at is not None and at.seq - 1 > e.seq:
            at = self.by_hash.get(at.previous)
        return at is None or at.previous == e.hash

    def take(self, e, p):
        if e.kind == 32:
            sign, box, person, roles, scopes, label, succeeds = p
            c = self.certs.setdefault(writer_id(sign), dict(roles=0, scopes=set()))
            c.update(sign=sign, box=box, person=person, label=label, succeeds=succeeds)
            c["roles"] |= roles
            c["scopes"] |= set(scopes)
        elif e.kind == 33:
            writer, bounds, _reason = p
            lowest = {}
            for scope, epoch, seq, h in bounds:
                lowest[scope, epoch] = min(lowest.get((scope, epoch), (seq, h)), (seq, h))
            self.revokes.setdefault(writer, []).append(lowest)

    def author(self, writer):
        if writer in self.certs:
            return self.certs[writer]["sign"]
        return next((r.T for r in self.chain if writer_id(r.T) == writer), None)

    def sealer(self, writer):
        return self.author(writer) or next((r.R[1] for r in self.chain if writer_id(r.R[1]) == writer), None)

    def writes(self, writer, scope):
        if writer not in self.certs:
            return self.T_of(writer)[0] and scope == b"\0\0"
        scopes = self.certs[writer]["scopes"]
        return b"\0\0" in scopes or scope in scopes or scope == b"\2\x10" + writer

    def trusted(self, e):
        """Certified for the scope and within the bounds of every revocation."""
        if e.log.writer not in self.certs:
            return self.decree(e)
        if not self.writes(e.log.writer, e.log.scope):
            return False
        revokes = self.revokes.get(e.log.writer, [])
        if not revokes:
            return True
        return self.leads(e, *min(bounds.get((e.log.scope, e.log.epoch), (0, b"")) for bounds in revokes))

    def roles(self, writer):
        return self.certs[writer]["roles"] if writer in self.certs else 0

    def person(self, writer):
        return self.certs[writer]["person"] if writer in self.certs else None
