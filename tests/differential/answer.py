"""What is compared of two answers, and how. Knows no cloud."""

import itertools
import json
import re

# What a server between client and Glance may do as it likes.
UNCOMPARED = {"server", "date", "connection", "keep-alive", "transfer-encoding", "content-length"}
# Hex that follows from what was sent, unlike an ID.
DIGESTS = {"checksum", "content-md5"}
# Python's sets: their order is chance.
SETS = {"tags", "roles", "methods"}
# Chance, and all that can be said is how long.
CHANCE = {"audit_ids": re.compile(r"[\w-]{22}"), "secret": re.compile(r"[\w-]{86}")}
NORMAL = [
    (re.compile(r"http://127\.0\.0\.1:\d+(/identity|/image)?(?![\w-])"), "<url>"),
    (re.compile(r"http%3A//127\.0\.0\.1%3A\d+"), "<url>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])"), "<uuid>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"), "<microseconds>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"), "<time>"),
]


def normal(text):
    for pattern, name in NORMAL:
        text = pattern.sub(name, text)
    return text


def tell(value):
    text = value.replace("\n", "\\n") if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return (text if len(text) <= 300 else text[:299] + "…") or "nothing"


def by_name(value):
    return str(value.get("name")) if isinstance(value, dict) else str(value)


def compare(where, real, sandbox, key=""):
    """Pairs that differ, each at the deepest place that both have."""
    if isinstance(real, dict) and isinstance(sandbox, dict):
        for key in sorted(real.keys() | sandbox.keys()):
            yield from compare(f"{where}.{key}", real.get(key, "absent"), sandbox.get(key, "absent"), key)
    elif isinstance(real, list) and isinstance(sandbox, list):
        if key in SETS:
            real, sandbox = (sorted(side, key=by_name) for side in (real, sandbox))
        for index, pair in enumerate(itertools.zip_longest(real, sandbox, fillvalue="absent")):
            yield from compare(f"{where}.{index}", *pair, key)
    elif key in CHANCE and all(isinstance(side, str) and CHANCE[key].fullmatch(side) for side in (real, sandbox)):
        return
    else:
        if key not in DIGESTS:
            real, sandbox = (json.loads(normal(json.dumps(side))) for side in (real, sandbox))
        if real != sandbox:
            yield where, tell(real), tell(sandbox)


def differences(exchange, real, sandbox):
    """All in which two answers differ: their statuses alone, where these do."""
    # Nothing is proved by two clouds that both do not answer.
    silent = [body.decode() for status, _, body in (real, sandbox) if not status]
    if silent:
        return [("answer", silent[0], silent[-1])]
    if real[0] != sandbox[0]:
        return [("status", str(real[0]), str(sandbox[0]))]
    found = compare("", parts(exchange, real), parts(exchange, sandbox))
    return [(place.lstrip("."), *values) for place, *values in found]


def parts(exchange, answer):
    """What is compared of an answer."""
    status, headers, body = answer
    headers = {name: value for name, value in headers.items() if name not in UNCOMPARED}
    if "x-subject-token" in headers:
        headers["x-subject-token"] = "<token>"
    try:
        body = json.loads(body)
    except ValueError:
        body = body.decode("utf-8", "replace")
    if isinstance(body, dict):
        body = only_region_one(body)
    if exchange.headers.get("Order") == "any" and isinstance(body, dict):
        body = {key: sorted(value, key=by_name) if isinstance(value, list) else value
                for key, value in body.items()}
    return {"status": status, "header": headers, "body": body}


def only_region_one(body):
    """A catalogue without the sandbox's second region, by type."""
    holder = body.get("token", body)
    if not isinstance(holder, dict) or not isinstance(holder.get("catalog"), list):
        return body
    catalog = [service | {"endpoints": sorted((e for e in service["endpoints"] if e["region_id"] == "RegionOne"), key=lambda e: e["interface"])}
               for service in sorted(holder["catalog"], key=lambda service: service["type"])]
    holder = holder | {"catalog": catalog}
    return body | {"token": holder} if "token" in body else holder
