#!/usr/bin/env python3
"""Reads a sample partnership as the platforms do that people have: the requests that each is documented to make, and the
clients that there are of them. Its argument is what `demo --json` printed; docs/guide/platforms.md says how to set each up.

| platform | how |
|---|---|
| OpenCTI | its TAXII 2.1 ingester: `added_after`, then `next`, then the header with the date of the last object |
| Microsoft Sentinel | its TAXII connector: API root and id of a collection, Basic, polled with `added_after` |
| Splunk | `taxii2-client` (clients.py), and MISP's restSearch as the MISP app sends it |
| Elastic | MISP's restSearch for events, page after page until one is empty |
| Cyware and what is built on its client | cytaxii2 |
"""

import json
import sys
import uuid
from datetime import datetime, timedelta, timezone

import requests
from cytaxii2.cytaxii2 import cytaxii2

START = json.loads(sys.argv[1])
BASE, KEY = START["serving"], START["keys"]["city"]
TAXII = "application/taxii+json;version=2.1"


def good(answer):
    assert answer.status_code == 200, (answer.status_code, answer.text)
    return answer


def collection():
    listed = good(requests.get(f"{BASE}/commonwatch/collections/", auth=("key", KEY), headers={"Accept": TAXII})).json()
    return next(one for one in listed["collections"] if one["title"] == "Exampleland common watch")


def opencti(uri, name, auth, cursor):
    """One turn of the ingester: all pages after a date; gives the objects and the date to go on with."""
    objects, following, last = [], None, cursor
    while True:
        params = {"added_after": cursor, "limit": 3, "next": following}
        answer = good(requests.get(f"{uri}/collections/{name}/objects/", headers={"Accept": TAXII, **auth},
                                   params={key: value for key, value in params.items() if value is not None}))
        page = answer.json()
        objects += page.get("objects", [])
        last = answer.headers.get("X-TAXII-Date-Added-Last", last)
        following = page.get("next")
        if not page.get("more"):
            return objects, last


def ids(objects):
    return [(one["id"], one.get("modified")) for one in objects]


def taxii():
    wanted = collection()
    root = f"{BASE}/commonwatch"
    bearer = {"Authorization": f"Bearer {KEY}"}
    objects, last = opencti(root, wanted["id"], bearer, None)
    assert len(objects) > 3 and len(set(ids(objects))) == len(objects), ids(objects)
    # Nothing comes twice, and what is added comes next.
    assert opencti(root, wanted["id"], bearer, last) == ([], last)
    fresh = {"type": "domain-name", "spec_version": "2.1", "value": "platforms.example",
             "id": "domain-name--4d9a2f0e-6a4f-5ab5-9d6c-3d2c8f1f1b11"}
    indicator = {"type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid.uuid4()}",
                 "created": "2026-11-01T00:00:00Z", "modified": "2026-11-01T00:00:00Z", "pattern_type": "stix",
                 "pattern": "[domain-name:value = 'platforms.example']", "valid_from": "2026-11-01T00:00:00Z"}
    answer = requests.post(f"{root}/collections/{wanted['id']}/objects/", data=json.dumps({"objects": [fresh, indicator]}),
                           headers={"Content-Type": TAXII, "Accept": TAXII, **bearer})
    assert answer.status_code == 202, answer.text
    more, _ = opencti(root, wanted["id"], bearer, last)
    assert indicator["id"] in [one["id"] for one in more], more
    # Sentinel: Basic, with the key as the password, and a start three months back.
    since = (datetime.now(timezone.utc) - timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    page = good(requests.get(f"{root}/collections/{wanted['id']}/objects", auth=("key", KEY), headers={"Accept": TAXII},
                             params={"added_after": since, "match[type]": "indicator"})).json()
    assert {one["type"] for one in page["objects"]} == {"indicator"}, page


def cyware():
    client = cytaxii2(discovery_url=f"{BASE}/taxii2/", username="key", password=KEY)
    assert client.discovery_request()["status"], client.discovery_request()
    assert client.root_discovery()["status"], client.root_discovery()
    listed = client.collection_request()
    name = next(one["id"] for one in listed["response"]["collections"] if one["title"] == "Exampleland common watch")
    assert client.collection_data_request(name)["response"]["can_read"]
    page = client.poll_request(name, limit=2, object_type="indicator")["response"]
    assert len(page["objects"]) == 2 and page["more"], page
    rest = client.poll_request(name, limit=2, next=page["next"], object_type="indicator")["response"]
    assert not set(ids(page["objects"])) & set(ids(rest["objects"])), rest


def misp():
    """MISP's interface by plain requests, as programs ask that are not PyMISP."""
    headers = {"Authorization": KEY, "Accept": "application/json", "Content-Type": "application/json"}

    def ask(path, body):
        return good(requests.post(f"{BASE}{path}", headers=headers, data=json.dumps(body)))

    # Elastic: events that changed since, ten a page, until a page has none.
    since = int((datetime.now(timezone.utc) - timedelta(days=30)).timestamp())
    seen, page = [], 1
    while True:
        body = {"returnFormat": "json", "limit": "2", "page": str(page), "timestamp": str(since)}
        events = ask("/events/restSearch", body).json()["response"]
        if not events:
            break
        for event in events:
            assert event["Event"]["info"] and "Attribute" in event["Event"], event
            seen.append(event["Event"]["uuid"])
        page += 1
    assert len(seen) > 1 and len(set(seen)) == len(seen), seen
    # Splunk's app: attributes with the tags of their events, for detection only.
    body = {"returnFormat": "json", "last": "30d", "to_ids": 1, "includeEventTags": 1, "includeEventUuid": 1, "limit": 1000, "page": 1}
    attributes = ask("/attributes/restSearch", body).json()["response"]["Attribute"]
    assert attributes and all(one["to_ids"] in (True, "1") for one in attributes), attributes
    # What firewalls and sensors fetch by themselves.
    text = ask("/attributes/restSearch", {"returnFormat": "text", "type": "domain", "to_ids": 1}).text
    assert "platforms.example" in text.split(), text


for check in (taxii, cyware, misp):
    check()
    print("good  ", check.__name__)
