"""Matches JSON logs against a plain list as a careful script does: orjson, sets, and a prefix tree for networks.

Arguments: list, log. Prints a row for each line and value of the list that it hits: number of the line, tab, value.
A name covers everything below it, letters compare without regard to case, a URL is host and path of an HTTP line.
"""

import sys
import time

import orjson
import pytricia

FIELDS = ("id.orig_h", "id.resp_h", "host", "query", "server_name", "answers", "sha256")

started = time.perf_counter()
exact, domains, urls = set(), set(), set()
networks = pytricia.PyTricia(32)
with open(sys.argv[1]) as values:
    for value in values:
        value = value.rstrip("\n")
        if "://" in value:
            # Logs do not say the scheme.
            urls.add(value.split("://", 1)[1])
        elif "/" in value:
            networks[value] = value
        elif value[-1].isdigit() or len(value) == 64:
            exact.add(value)
        else:
            domains.add(value)
loaded = time.perf_counter() - started


def look(text, hits):
    """Adds what a value hits."""
    if text[-1].isdigit() and text.count(".") == 3:
        if text in exact:
            hits.add(text)
        try:
            found = networks.get_key(text)
        except ValueError:
            return
        while found is not None:
            hits.add(networks[found])
            found = networks.parent(found)
    elif len(text) == 64 and "." not in text:
        text = text.lower()
        if text in exact:
            hits.add(text)
    else:
        name = text.lower()
        while True:
            if name in domains:
                hits.add(name)
            dot = name.find(".")
            if dot < 0:
                break
            name = name[dot + 1:]


out = sys.stdout
with open(sys.argv[2], "rb") as log:
    for number, line in enumerate(log, 1):
        event = orjson.loads(line)
        hits = set()
        for field in FIELDS:
            value = event.get(field)
            if not value:
                continue
            if isinstance(value, list):
                for one in value:
                    look(one, hits)
            else:
                look(value, hits)
        uri = event.get("uri")
        if uri and event.get("host"):
            url = event["host"].lower() + uri
            if url in urls:
                hits.add("http://" + url)
        for value in sorted(hits):
            out.write(f"{number}\t{value}\n")
print(f"loaded in {loaded:.2f} s", file=sys.stderr)
