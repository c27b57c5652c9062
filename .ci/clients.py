"""Drives a sample partnership with taxii2-client and stix2, as their users do. Its argument is what `demo --json` printed."""

import json
import sys
import uuid

import requests
from stix2 import Filter, TAXIICollectionSink, TAXIICollectionSource, v21
from taxii2client.common import TokenAuth
from taxii2client.exceptions import AccessError
from taxii2client.v21 import ApiRoot, Collection, Server, Status, as_pages

START = json.loads(sys.argv[1])
BASE, KEYS = START["serving"], START["keys"]


class Bearer(TokenAuth):
    """TokenAuth sends `Token KEY`; the standard word is Bearer."""

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self.key}"
        return request


def as_member(member, **how):
    return Server(f"{BASE}/taxii2/", **(how or {"auth": Bearer(KEYS[member])}))


def collection(server, alias):
    return next(one for one in server.default.collections if one.alias == alias)


def refused(status, work):
    try:
        work()
    except requests.exceptions.HTTPError as error:
        assert error.response.status_code == status, (error.response.status_code, error.response.text)
        return error.response.json()
    raise AssertionError(f"not refused with {status}")


def ids(pages):
    return [one["id"] for page in pages for one in page.get("objects", [])]


def indicator(name, **properties):
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.uuid5(uuid.NAMESPACE_URL, name)}",
        "created": "2026-02-01T00:00:00.000Z",
        "modified": "2026-02-01T00:00:00.000Z",
        "name": name,
        "pattern": f"[domain-name:value = '{name}']",
        "pattern_type": "stix",
        "valid_from": "2026-02-01T00:00:00Z",
        **properties,
    }


def discovery_and_signing_in():
    server = as_member("water")
    assert server.title and len(server.api_roots) == 1
    root = server.default
    assert isinstance(root, ApiRoot) and root.title
    assert root.versions == ["application/taxii+json;version=2.1"] and root.max_content_length > 1_000_000
    aliases = {one.alias: one for one in root.collections}
    assert set(aliases) == {"all", "exampleland", "water-energy"}, aliases
    assert aliases["all"].can_read and not aliases["all"].can_write
    assert aliases["exampleland"].can_read and aliases["exampleland"].can_write
    # Basic with a key as the password; the login may be anything.
    basic = as_member("water", user="anything", password=KEYS["water"])
    assert {one.alias for one in basic.default.collections} == set(aliases)
    refused(401, lambda: as_member("water", user="water", password="wrong").title)
    refused(401, lambda: Server(f"{BASE}/taxii2/").title)
    # The hospital is not told that the collection of others exists.
    hidden = Collection(aliases["water-energy"].url, auth=Bearer(KEYS["hospital"]))
    nowhere = Collection(f"{root.url}collections/{uuid.UUID(int=4)}/", auth=Bearer(KEYS["hospital"]))
    assert refused(404, lambda: hidden.title) == refused(404, lambda: nowhere.title)


def paging_and_filters():
    everything = collection(as_member("water"), "all")
    whole = everything.get_objects(limit=10_000)["objects"]
    assert len(whole) > 200, len(whole)
    paged = ids(as_pages(everything.get_objects, per_request=37))
    assert paged == [one["id"] for one in whole]
    manifest = everything.get_manifest(limit=10_000)["objects"]
    assert ids(as_pages(everything.get_manifest, per_request=37)) == [one["id"] for one in manifest] == paged
    added = [one["date_added"] for one in manifest]
    assert added == sorted(set(added)), "date_added is unique and rises"
    # The end of one poll is where the next one begins.
    half = added[len(added) // 2]
    later = ids(as_pages(everything.get_objects, per_request=50, added_after=half))
    assert later == [one["id"] for one in manifest if one["date_added"] > half]
    assert not everything.get_objects(added_after=added[-1]).get("objects")
    of_type = ids(as_pages(everything.get_objects, per_request=10, type=["malware", "campaign"]))
    assert of_type == [one["id"] for one in whole if one["type"] in ("malware", "campaign")]
    first = whole[0]
    assert everything.get_objects(id=first["id"], spec_version="2.1")["objects"] == [first]
    assert everything.get_objects(id=first["id"], version=first["modified"])["objects"] == [first]
    assert everything.get_object(first["id"])["objects"] == [first]
    refused(404, lambda: everything.get_object(f"malware--{uuid.UUID(int=4)}"))
    try:
        everything.add_objects({"objects": []})
        raise AssertionError("'all' can be written to")
    except AccessError:
        pass


def adding_and_removing():
    water, tech = as_member("water"), as_member("tech")
    own, theirs = collection(water, "water-energy"), collection(tech, "water-energy")
    good, other = indicator("pumps.example.net"), indicator("valves.example.net")
    bad = indicator("bad.example.net", pattern="[domain-name:value = ")
    status = own.add_objects({"objects": [good, bad, other]})
    counts = (status.status, status.total_count, status.success_count, status.failure_count, status.pending_count)
    assert counts == ("complete", 3, 2, 1, 0), counts
    assert {one["id"] for one in status.successes} == {good["id"], other["id"]}
    assert status.failures[0]["id"] == bad["id"] and "pattern" in status.failures[0]["message"], status.failures
    again = water.default.get_status(status.id)
    assert isinstance(again, Status) and again.failures == status.failures
    refused(404, lambda: tech.default.get_status(status.id))
    assert theirs.get_object(good["id"])["objects"][0]["pattern"] == good["pattern"]
    newer = {**good, "modified": "2026-02-02T00:00:00.000Z", "name": "pumps, again"}
    assert own.add_objects({"objects": [newer, good]}).failure_count == 0
    assert theirs.get_object(good["id"])["objects"][0]["name"] == "pumps, again"
    assert theirs.object_versions(good["id"])["versions"] == [good["modified"], newer["modified"]]
    assert len(theirs.get_object(good["id"], version="all")["objects"]) == 2
    assert theirs.get_object(good["id"], version="first")["objects"][0]["name"] == good["name"]
    # What others gave is not for one to remove.
    refused(403, lambda: theirs.delete_object(good["id"]))
    own.delete_object(good["id"], version=newer["modified"])
    assert theirs.object_versions(good["id"])["versions"] == [good["modified"]]
    own.delete_object(good["id"])
    refused(404, lambda: theirs.get_object(good["id"]))
    assert theirs.get_object(other["id"])["objects"]


def stix2_source_and_sink():
    shared = collection(as_member("city"), "exampleland")
    made = v21.Indicator(
        name="A door of the city", pattern="[ipv4-addr:value = '192.0.2.77']", pattern_type="stix", valid_from="2026-02-01T00:00:00Z"
    )
    TAXIICollectionSink(shared).add(made)
    TAXIICollectionSink(shared).add(made.new_version(name="A door of the city, closed"))
    source = TAXIICollectionSource(collection(as_member("cert"), "exampleland"), items_per_page=20)
    assert source.get(made.id).name == "A door of the city, closed"
    assert source.get(f"indicator--{uuid.uuid4()}") is None
    assert [one.name for one in source.all_versions(made.id)] == ["A door of the city", "A door of the city, closed"]
    found = source.query([Filter("type", "=", "malware")])
    assert found and all(isinstance(one, v21.Malware) for one in found)
    # Every object of the sample is STIX 2.1 to the reference library, and nothing of it is custom.
    assert len(TAXIICollectionSource(source.collection, allow_custom=False).query()) > 100


for part in (discovery_and_signing_in, paging_and_filters, adding_and_removing, stix2_source_and_sink):
    part()
    print(f"clients: {part.__name__.replace('_', ' ')}")
