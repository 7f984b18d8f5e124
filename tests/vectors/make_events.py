#!/usr/bin/env python3
"""Golden events, made without the C code: writes events.txt. Layout: sync/bundle/FORMAT.md; hashes: hashlib's BLAKE2b.

Each line: name, previous hash, base (lamport wall boot uptime), event (flags kind lamport wall boot uptime), public, answers,
salt, private, wire bytes, hash; hex or "-" for a part that is not there. The "log" line: writer, scope, epoch, h_0, and the
bytes a head signature signs at seq 3."""
import hashlib, os, struct

def cbor(v):
    def head(major, n):
        if n < 24: return bytes([major << 5 | n])
        for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
            if n < 1 << 8 * size: return bytes([major << 5 | code]) + n.to_bytes(size, 'big')
    if v is None: return b'\xf6'
    if v is True: return b'\xf5'
    if v is False: return b'\xf4'
    if isinstance(v, int): return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes): return head(2, len(v)) + v
    if isinstance(v, str): return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list): return head(4, len(v)) + b''.join(cbor(x) for x in v)
    raise TypeError(v)

def varint(n):
    out = b''
    while True:
        out += bytes([n & 127 | (128 if n > 127 else 0)])
        n >>= 7
        if not n: return out

def b2(*parts): return hashlib.blake2b(b''.join(parts), digest_size=32).digest()
ZERO = bytes(32)

def event(name, previous, base, flags, kind, lamport, wall, boot, uptime, public, answers=None, salt=None, private=None):
    body = bytes([flags]) + cbor([kind, lamport - base[0], wall - base[1], boot - base[2], (uptime - base[3]) - (wall - base[1])]) + public
    if flags & 4: body += answers
    elif flags & 8: body += cbor(answers)
    if flags & 2: body += private
    elif flags & 1: body += salt + cbor(private)
    a = answers if flags & 4 else b2(answers) if flags & 8 else ZERO
    p = private if flags & 2 else b2(salt, private) if flags & 1 else ZERO
    h = b2(b'XC1 event', previous, bytes([flags & 0x81]), struct.pack('>HQqQq', kind, lamport, wall, boot, uptime), b2(public), a, p)
    hx = lambda x: x.hex() if x is not None else '-'
    lines.append(' '.join([name, previous.hex(), *map(str, base), str(flags), str(kind), str(lamport), str(wall), str(boot), str(uptime),
        hx(public), hx(answers), hx(salt), hx(private), (varint(len(body)) + body).hex(), h.hex()]))
    return h, (lamport, wall, boot, uptime)

lines = []
writer, scope, epoch = bytes(range(16)), b'\x01\x0c990101100201', 0x0102030405060708
h0 = b2(b'XC1 log', writer, scope, struct.pack('>Q', epoch))
base = (0, 0, 0, 0)
h, base = event('epoch_start', h0, base, 0, 1, 1, 1793491200000, 1, 5000, cbor([0, None, 0, None]))
h, base = event('plain_submit', h, base, 8, 3, 2, 1793491260123, 1, 65123, cbor(['walk_restaurant', '2026.11', 1, 1793491200000, 60, []]), cbor([0, 1, '灭火器在位']))
answers, salt, private = cbor([None, 2]), bytes(range(100, 116)), cbor([[1, '100' + '0' * 8]])
before, base_before = h, base
h, base = event('with_private', before, base_before, 9, 3, 7, 1793491259000, 2, 100, cbor(['training', '2026.11', 2, 1793491200000, 60, []]), answers, salt, private)
again, _ = event('private_erased', before, base_before, 11, 3, 7, 1793491259000, 2, 100, cbor(['training', '2026.11', 2, 1793491200000, 60, []]), answers, None, b2(salt, private))
assert again == h
again, _ = event('both_erased', before, base_before, 15, 3, 7, 1793491259000, 2, 100, cbor(['training', '2026.11', 2, 1793491200000, 60, []]), b2(answers), None, b2(salt, private))
assert again == h
h, base = event('critical_unknown_kind', h, base, 128, 900, 1 << 40, -5, 2, 1 << 41, cbor(['new']))
head = b'XC1 head' + writer + scope + struct.pack('>QQ', epoch, 3) + h
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'events.txt'), 'w') as f:
    f.write('log %s %s %s %s %s\n' % (writer.hex(), scope.hex(), struct.pack('>Q', epoch).hex(), h0.hex(), head.hex()))
    f.write('\n'.join(lines) + '\n')
