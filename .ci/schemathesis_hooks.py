"""What schemathesis needs to know about a node besides its document, so that its requests reach what they ask for."""

import json
import os
import random
import re
import uuid

import schemathesis
import urllib3.util.connection

chosen = random.Random(1)
# Names of what the sample partnership has, by parameter of the path.
known = json.loads(os.environ.get("CW_KNOWN", "{}"))

# Wrong credentials are counted by the address they come from, and too many of them shut it out for a while. Loopback has
# sixteen million addresses: each connection comes from another.
connect = urllib3.util.connection.create_connection


def from_somewhere(address, *args, **kwargs):
    kwargs["source_address"] = (f"127.{chosen.randrange(1, 255)}.{chosen.randrange(1, 255)}.{chosen.randrange(2, 255)}", 0)
    return connect(address, *args, **kwargs)


urllib3.util.connection.create_connection = from_somewhere


def whole(value):
    """JSON Schema takes 1.0 for an integer, the node does not (docs/guide/api.md says so)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(one) for one in value]
    if isinstance(value, dict):
        return {name: whole(one) for name, one in value.items()}
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    # One key for many requests is refused each time but the first, and nothing behind it is reached. A key that is none
    # stays, to be refused as such.
    headers = case.headers or {}
    for name in list(headers):
        if name.lower() == "idempotency-key" and re.fullmatch(r"[!-~]{1,255}", str(headers[name])):
            headers[name] = str(uuid.UUID(int=chosen.getrandbits(128), version=4))
    if isinstance(case.body, (dict, list)):
        case.body = whole(case.body)
    # Waiting is asked for, and not for long.
    query = case.query or {}
    if str(query.get("wait", "")).isdigit():
        query["wait"] = 1
    # Half of the requests ask for something that is there.
    for name, value in (case.path_parameters or {}).items():
        if name in known and chosen.random() < 0.5:
            case.path_parameters[name] = chosen.choice(known[name])


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """What is one JSON text a line goes out as it is."""
    return value if isinstance(value, bytes) else str(value).encode()
