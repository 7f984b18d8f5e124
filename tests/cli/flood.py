#!/usr/bin/env python3
"""What strangers may do to the daemon, on loopback: flood.py URL WHAT.

  refusals    each is answered, and nothing is kept
  crowd N     N connections that say nothing, and as many that say a little at a time; held until standard input ends
"""
import base64, hashlib, os, select, socket, sys, time, urllib.error, urllib.request

url, what = sys.argv[1], sys.argv[2]
host, port = url.split("//")[1].split(":")
address = (host, int(port))
TUS = {"Tus-Resumable": "1.0.0"}
PATCH = {**TUS, "Content-Type": "application/offset+octet-stream"}

def ask(method, path, data=None, headers={}):
    r = urllib.request.Request(url + path, data=data, method=method, headers=headers)
    try:
        a = urllib.request.urlopen(r, timeout=30)
        return a.status, a.headers
    except urllib.error.HTTPError as e:
        return e.code, e.headers

def raw(data, wait=10):
    """Bytes as they are; the status of the answer, or "closed"."""
    s = socket.create_connection(address)
    s.settimeout(wait)
    try:
        s.sendall(data)
        got = s.recv(4096)
    except OSError:
        got = b""
    s.close()
    return got.split(b" ")[1].decode() if got.startswith(b"HTTP/") else "closed"

def create(length, metadata=None, **more):
    h = {**TUS, "Upload-Length": str(length), **more}
    if metadata:
        h["Upload-Metadata"] = "id " + base64.b64encode(metadata.encode()).decode()
    return ask("POST", "/v1/b", b"", h)

def check(name, got, *want):
    assert got in want, f"{name}: {got}, wanted {want}"

def refusals():
    stranger = b"XCB1" + os.urandom(60000)
    status, headers = create(len(stranger))
    check("creation", status, 201)
    assert headers["Upload-Expires"].endswith("GMT"), "it says when it expires"
    where = headers["Location"]
    check("a stranger's bundle", ask("PATCH", where, stranger, {**PATCH, "Upload-Offset": "0"})[0], 403)
    check("and it is gone", ask("HEAD", where, None, TUS)[0], 404)
    check("what is no bundle", ask("PATCH", create(9000)[1]["Location"], b"MZ" + b"x" * 5000, {**PATCH, "Upload-Offset": "0"})[0], 400)
    check("too large", create(99999999)[0], 413)
    check("too small", create(3)[0], 413)
    check("a length that is none", ask("POST", "/v1/b", b"", {**TUS, "Upload-Length": "-5"})[0], 400)
    check("another version", ask("POST", "/v1/b", b"", {"Tus-Resumable": "2.0.0", "Upload-Length": "999"})[0], 412)
    assert ask("HEAD", "/v1/b/x", None, {"Tus-Resumable": "2.0.0"})[1]["Tus-Version"] == "1.0.0"
    where = create(9000)[1]["Location"]
    check("another type", ask("PATCH", where, b"x", {**TUS, "Content-Type": "text/plain", "Upload-Offset": "0"})[0], 415)
    check("another offset", ask("PATCH", where, b"x" * 20, {**PATCH, "Upload-Offset": "5"})[0], 409)
    check("a method in a header", ask("POST", where, b"x" * 20, {**PATCH, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"})[0], 204)
    check("it stands there", ask("HEAD", where, None, TUS)[1]["Upload-Offset"], "20")
    for path in ["/v1/b/../../slots", "/v1/b/..%2f..%2fslots", "/v1/p/..%2f..%2fslots", "/v1/r/%00", "/v1/p/" + "a" * 63 + "/", "/../etc/passwd",
                 "/v1/enrol/..%2fdaemon.1", "/v1/d/" + "0" * 31 + "%2e", "/%2e%2e/%2e%2e/etc/shadow"]:
        check(path, raw(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()), "404")
    check("a name with a path in it", create(9000, "../" * 21 + "x")[0], 400)
    check("a name in capitals", create(9000, "A" * 64)[0], 400)
    for secret in ["slots", "daemon.1", "authority.1", "roots", "journal", "store", "pepper", "seat"]:
        check(secret, ask("GET", "/" + secret)[0], 404)
    check("an unknown device", ask("GET", "/v1/d/" + "0" * 32)[0], 403)
    check("heads that are none", ask("GET", "/v1/d/" + "0" * 32 + "?heads=zz")[0], 400, 403)
    check("another method", ask("DELETE", "/v1/b/x")[0], 405)
    check("an enrolment that is none", ask("POST", "/v1/enrol", b"x" * 500)[0], 400)
    check("an enrolment without end", ask("POST", "/v1/enrol", b"x" * 200000)[0], 400, 413)
    check("a header of 64 KiB", raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 65536 + b"\r\n\r\n"), "431", "413", "400", "closed")
    check("an address of 64 KiB", raw(b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\nHost: x\r\n\r\n"), "414", "431", "413", "400", "closed")
    check("ten thousand headers", raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: 1\r\n" % i for i in range(10000)) + b"\r\n"), "431", "413", "400", "closed")
    check("a negative length", raw(b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"), "400", "413", "closed")
    check("no HTTP at all", raw(b"\x16\x03\x01\x02\x00\x01" + os.urandom(500) + b"\r\n\r\n"), "400", "closed", "404", "405")
    for i in range(400):
        create(1000000)
    check("announcing much and sending nothing shuts nobody out", create(9000)[0], 201)

def crowd(n):
    """As many as the machine gives us, some of them dripping a header; told to stop by the end of standard input."""
    open_, dripping = [], []
    def fresh(drip):
        s = socket.socket()
        s.setblocking(False)
        try:
            s.connect(address)
        except BlockingIOError:
            pass
        (dripping if drip else open_).append(s)
    for i in range(n):
        fresh(i % 4 == 0)
        if i % 500 == 499:
            time.sleep(0.05)
    print("ready", flush=True)
    def readable(s, wait=0):
        p = select.poll()
        p.register(s, select.POLLIN | select.POLLHUP)
        return bool(p.poll(wait * 1000))
    while not readable(0, 0.5):
        for i, s in enumerate(dripping):
            try:
                s.send(b"G" if i % 2 else b"POST /v1/b HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nX: "[:7])
            except OSError:
                pass
        # Those that were thrown out come back.
        for s in [s for s in open_[:200] if readable(s)]:
            open_.remove(s)
            s.close()
            fresh(False)

if what == "refusals":
    refusals()
else:
    import resource
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd(min(int(sys.argv[3]), hard - 100))
