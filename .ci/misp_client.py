#!/usr/bin/env python3
"""Asks a node what PyMISP's users ask, with PyMISP itself, and compares the answers with what MISP's documentation says.

usage: misp_client.py URL OPERATOR_KEY ANALYST_KEY OTHER_KEY

ANALYST_KEY is of an analyst of one member, OTHER_KEY of a contributor of another in the same community. What is made is
deleted again; a check that fails says which.
"""

import logging
import sys
import traceback
import uuid
from datetime import date, datetime, timedelta

import pymisp
from pymisp import (MISPCorrelationExclusion, MISPEvent, MISPEventReport, MISPNote, MISPObject, MISPOpinion,
                    MISPOrganisation, MISPShadowAttribute, MISPSharingGroup, MISPSighting, MISPTag, MISPUser, PyMISP,
                    register_user)

logging.getLogger("pymisp").setLevel(logging.CRITICAL)
URL, *KEYS = sys.argv[1:]
operator, analyst, other = (PyMISP(URL, key, ssl=False) for key in KEYS)
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def good(answer):
    assert not (isinstance(answer, dict) and "errors" in answer), answer
    return answer


def refused(answer):
    assert isinstance(answer, dict) and "errors" in answer, answer
    assert 400 <= answer["errors"][0] < 500, answer
    return answer["errors"][1]


def equal(one, two):
    assert one == two, f"{one!r} is not {two!r}"


def new_event(title, distribution=1, attributes=()):
    event = MISPEvent()
    event.info, event.distribution = title, distribution
    for kind, value in attributes:
        event.add_attribute(kind, value)
    return event


def added(event):
    return good(analyst.add_event(event, pythonify=True))


def read(event, client=None, **options):
    return good((client or analyst).get_event(event, pythonify=True, **options))


@check
def events_are_added_changed_and_deleted():
    event = added(new_event("first", attributes=[("text", str(uuid.uuid4()))]))
    event.info = "changed"
    event.add_attribute("ip-dst", "198.18.77.1").add_tag("example:tag")
    event = good(analyst.update_event(event, pythonify=True))
    equal((event.info, len(event.attributes)), ("changed", 2))
    equal([tag.name for tag in event.attributes[1].tags], ["example:tag"])
    event.attributes[0].comment = "hello"
    event = good(analyst.update_event(event, pythonify=True))
    equal((event.attributes[0].comment, len(event.attributes)), ("hello", 2))
    event.attributes[1].delete()
    event = good(analyst.update_event(event, pythonify=True))
    equal(len(event.attributes), 1)
    assert analyst.event_exists(event.uuid)
    good(analyst.delete_event(event))
    assert not analyst.event_exists(event.uuid)
    refused(analyst.get_event(event.id))


@check
def attributes_are_added_changed_deleted_and_restored():
    event = added(new_event("attributes"))
    one = good(analyst.add_attribute(event, {"type": "ip-dst", "value": "198.18.77.2", "comment": "c"}, pythonify=True))
    one.comment, one.to_ids = "d", False
    one = good(analyst.update_attribute(one, pythonify=True))
    equal((one.comment, one.to_ids), ("d", False))
    one.value, one.to_ids = "198.18.77.3", True
    again = good(analyst.update_attribute(one, pythonify=True))
    equal((again.value, again.to_ids, again.id), ("198.18.77.3", True, one.id))
    good(analyst.delete_attribute(again))
    equal(len(read(event).attributes), 0)
    equal([inside.deleted for inside in read(event, deleted=True).attributes], [True])
    good(analyst.restore_attribute(again))
    equal([inside.deleted for inside in read(event).attributes], [False])
    good(analyst.delete_attribute(again, hard=True))
    equal(len(read(event, deleted=True).attributes), 0)
    refused(analyst.add_attribute(event, {"type": "ip-dst", "value": ""}))
    refused(analyst.add_attribute(event, {"type": "bananas", "value": "x"}))
    several = [{"type": "ip-dst", "value": f"198.18.77.{last}"} for last in (4, 5)]
    equal(len(analyst.add_attribute(event, several, pythonify=True)["attributes"]), 2)
    refused(analyst.add_attribute(event, several[0]))
    analyst.delete_event(event)


@check
def what_is_published_is_published_until_it_is_changed():
    event = added(new_event("published", attributes=[("ip-dst", "198.18.77.6")]))
    assert not event.published
    good(analyst.publish(event))
    event = read(event)
    assert event.published and event.publish_timestamp.timestamp() > 0
    equal(len(event.attributes), 1)
    good(analyst.add_attribute(event, {"type": "domain", "value": "after.example"}))
    event = read(event)
    equal((event.published, len(event.attributes)), (False, 2))
    good(analyst.publish(event))
    assert read(event).published
    good(analyst.unpublish(event))
    assert not read(event).published
    analyst.delete_event(event)


@check
def tags_are_put_on_and_taken_off():
    event = added(new_event("tagged", attributes=[("ip-dst", "198.18.77.7")]))
    good(analyst.tag(event, "tlp:amber"))
    good(analyst.tag(event.attributes[0], "example:other"))
    event = read(event)
    equal([tag.name for tag in event.tags], ["tlp:amber"])
    equal([tag.name for tag in event.attributes[0].tags], ["example:other"])
    good(analyst.untag(event, "tlp:amber"))
    good(analyst.untag(event.attributes[0], "example:other"))
    event = read(event)
    assert not event.tags and not event.attributes[0].tags
    analyst.delete_event(event)
    tag = MISPTag()
    tag.name = f"example:{uuid.uuid4()}"
    tag = good(analyst.add_tag(tag, pythonify=True))
    assert any(known.id == tag.id for known in other.tags(pythonify=True))
    equal(len(analyst.search_tags(f"%{tag.name[8:]}%", pythonify=True)), 1)
    refused(analyst.delete_tag(tag))
    good(operator.delete_tag(tag))
    refused(analyst.get_tag(tag))


@check
def objects_have_attributes_and_references():
    event = added(new_event("objects"))
    file = MISPObject("file")
    file.add_attribute("filename", "bar")
    file.add_attribute("md5", "d41d8cd98f00b204e9800998ecf8427e")
    file = good(analyst.add_object(event, file, pythonify=True))
    connection = MISPObject("ip-port")
    connection.add_attribute("ip", "198.18.77.8")
    connection.add_attribute("dst-port", "80")
    connection = good(analyst.add_object(event, connection, pythonify=True))
    reference = good(analyst.add_object_reference(connection.add_reference(file, "related-to"), pythonify=True))
    shown = {inside.name: inside for inside in read(event).objects}
    equal(len(shown["ip-port"].references), 1)
    good(analyst.delete_object_reference(reference))
    shown = {inside.name: inside for inside in read(event).objects}
    equal(len(shown["ip-port"].references), 0)
    file.comment, file.attributes[0].value = "second", "baz"
    file = good(analyst.update_object(file, pythonify=True))
    equal((file.comment, {inside.value for inside in file.attributes} & {"baz"}), ("second", {"baz"}))
    hashed = file.get_attributes_by_relation("md5")[0]
    hashed.comment = "of an empty file"
    equal(good(analyst.update_attribute(hashed, pythonify=True)).comment, "of an empty file")
    good(analyst.delete_attribute(hashed))
    equal(len([inside for inside in analyst.get_object(file, pythonify=True).attributes if not inside.deleted]), 1)
    good(analyst.delete_object(file))
    equal(len(read(event).objects), 1)
    analyst.delete_event(event)


@check
def searches_find_what_their_filters_say():
    word = str(uuid.uuid4())
    event = new_event(f"search {word}", attributes=[("text", word), ("filename|md5", "a.exe|d41d8cd98f00b204e9800998ecf8427e")])
    event.add_attribute("domain", f"{word}.example").add_tag(f"attribute:{word}")
    event.add_tag(f"event:{word}")
    event = added(event)

    def attributes(**filters):
        return len(analyst.search("attributes", pythonify=True, **filters))

    def events(**filters):
        return event.id in [found.id for found in analyst.search("events", pythonify=True, **filters)]

    equal(attributes(value=word), 1)
    equal(attributes(value=f"%{word}%"), 2)
    equal(attributes(value="a.exe", eventid=event.id), 1)
    equal(attributes(tags=[f"attribute:{word}"]), 1)
    equal(attributes(tags=f"event:{word}"), 3)
    equal(attributes(type_attribute=["domain", "text"], eventid=event.uuid), 2)
    equal(attributes(category="!Network activity", eventid=event.uuid), 2)
    equal(attributes(to_ids=1, eventid=event.id), 2)
    equal(attributes(limit=1, page=3, eventid=event.id), 1)
    equal(attributes(uuid=event.attributes[0].uuid), 1)
    assert events(value=word) and events(tags=f"event:{word}") and events(uuid=event.uuid)
    assert events(eventinfo=f"search {word}") and events(eventinfo=f"%{word}") and events(searchall=word)
    assert events(timestamp="1h") and events(date_from=str(date.today())) and events(last="1h") is False
    days = [datetime.now() - timedelta(days=ago) for ago in (3, 2)]
    assert not events(timestamp=days) and not events(eventinfo=f"!search {word}")
    equal(len(analyst.search_index(tags=f"event:{word}", pythonify=True)), 1)
    equal(len(analyst.search("events", eventid=event.id, metadata=True, pythonify=True)[0].attributes), 0)
    for form, sign in {"csv": "uuid,event_id", "text": word, "suricata": "alert", "rpz": word, "openioc": "<ioc"}.items():
        answer = analyst.search("attributes", return_format=form, eventid=event.id)
        assert sign in str(answer), f"{form}: {answer}"
    equal(analyst.search("attributes", return_format="stix2", eventid=event.id)["type"], "bundle")
    good(analyst.delete_event(event))
    equal(attributes(value=word), 0)


@check
def sightings_come_from_whoever_sees_the_attribute():
    word = str(uuid.uuid4())
    event = added(new_event("sighted", attributes=[("text", word), ("domain", f"{word}.example")]))
    mistake = MISPSighting()
    mistake.value, mistake.source, mistake.type = word, "checks", "1"
    equal(good(analyst.add_sighting(mistake, event.attributes[0], pythonify=True)).type, "1")
    seen = good(other.add_sighting({"value": f"{word}.example", "source": "elsewhere"}, pythonify=True))
    equal(str(seen.attribute_id), str(event.attributes[1].id))
    equal(len(analyst.sightings(event, pythonify=True)), 2)
    equal(len(analyst.sightings(event.attributes[0], pythonify=True)), 1)
    equal(len(analyst.search_sightings(context="event", context_id=event.id, pythonify=True)), 2)
    refused(analyst.delete_sighting(seen))
    good(other.delete_sighting(seen))
    equal(len(analyst.sightings(event, pythonify=True)), 1)
    analyst.delete_event(event)


@check
def reports_and_what_analysts_say():
    event = added(new_event("said", attributes=[("domain", f"{uuid.uuid4()}.example")]))
    report = MISPEventReport()
    report.name, report.content, report.distribution = "Report", "# one", 5
    report = good(analyst.add_event_report(event, report, pythonify=True))
    report.content = "# two"
    equal(good(analyst.update_event_report(report, pythonify=True)).content, "# two")
    equal(len(read(event).event_reports), 1)
    note, opinion = MISPNote(), MISPOpinion()
    note.object_type, note.object_uuid, note.note = "Event", event.uuid, "one"
    note = good(other.add_note(note, pythonify=True))
    opinion.object_type, opinion.object_uuid, opinion.opinion = "Attribute", event.attributes[0].uuid, 80
    opinion.comment = "agreed"
    opinion = good(other.add_opinion(opinion, pythonify=True))
    shown = read(event)
    equal((len(shown.notes), len(shown.attributes[0].opinions)), (1, 1))
    note.note = "two"
    equal(good(other.update_note(note, pythonify=True)).note, "two")
    refused(analyst.delete_note(note))
    good(analyst.delete_event_report(report))
    equal(len(analyst.get_event_reports(event, pythonify=True)), 0)
    analyst.delete_event(event)


@check
def others_propose_and_the_owner_decides():
    event = added(new_event("proposals", attributes=[("ip-dst", "198.18.77.9")]))
    # Whoever may not change an event proposes: PyMISP does so by itself.
    instead = good(other.add_attribute(event, {"type": "ip-dst", "value": "198.18.77.10"}, pythonify=True))
    assert isinstance(instead, MISPShadowAttribute), instead
    instead = good(other.update_attribute({"comment": "no"}, event.attributes[0].id, pythonify=True))
    assert isinstance(instead, MISPShadowAttribute), instead
    for one in analyst.attribute_proposals(event, pythonify=True):
        good(analyst.discard_attribute_proposal(one))
    proposal = {"type": "ip-src", "category": "Network activity", "to_ids": False, "value": "198.18.77.11"}
    proposal = good(other.add_attribute_proposal(event, proposal, pythonify=True))
    refused(other.accept_attribute_proposal(proposal))
    good(analyst.accept_attribute_proposal(proposal))
    equal(len(read(event).attributes), 2)
    change = good(other.update_attribute_proposal(event.attributes[0], {"to_ids": False, "comment": "c"}, pythonify=True))
    good(analyst.accept_attribute_proposal(change))
    equal((read(event).attributes[0].comment, read(event).attributes[0].to_ids), ("c", False))
    good(other.delete_attribute_proposal(event.attributes[0]))
    waiting = analyst.attribute_proposals(event, pythonify=True)
    equal([one.proposal_to_delete for one in waiting], [True])
    good(analyst.discard_attribute_proposal(waiting[0]))
    equal(analyst.attribute_proposals(event, pythonify=True), [])
    analyst.delete_event(event)


@check
def distribution_is_enforced():
    own = added(new_event("own", 0, [("domain", f"{uuid.uuid4()}.example")]))
    refused(other.get_event(own.id))
    equal(other.search("attributes", value=own.attributes[0].value, pythonify=True), [])
    mixed = new_event("mixed", 3, [("domain", f"{uuid.uuid4()}.example")])
    mixed.add_attribute("domain", "narrow.example", distribution=0)
    mixed = added(mixed)
    equal((mixed.distribution, len(mixed.attributes)), (3, 2))
    equal(len(read(mixed, other).attributes), 1)
    narrow = next(inside for inside in mixed.attributes if inside.distribution == 0)
    narrow.distribution = 5
    good(analyst.update_attribute(narrow))
    equal(len(read(mixed, other).attributes), 2)
    narrow.distribution = 0
    good(analyst.update_attribute(narrow))
    equal(len(read(mixed, other).attributes), 1)
    group = MISPSharingGroup()
    group.name, group.releasability = f"Group {uuid.uuid4()}", "checks"
    group = good(operator.add_sharing_group(group, pythonify=True))
    mine, theirs = (client.get_user("me", pythonify=True).org_id for client in (analyst, other))
    good(operator.add_org_to_sharing_group(group, mine))
    grouped = new_event("grouped", 4, [("domain", f"{uuid.uuid4()}.example")])
    grouped.sharing_group_id = group.id
    grouped = added(grouped)
    refused(other.get_event(grouped.id))
    assert group.id not in [known.id for known in other.sharing_groups(pythonify=True)]
    good(operator.add_org_to_sharing_group(group, theirs))
    equal(len(read(grouped, other).attributes), 1)
    good(operator.remove_org_from_sharing_group(group, theirs))
    refused(other.get_event(grouped.id))
    for event in (own, mixed, grouped):
        analyst.delete_event(event)


@check
def people_organisations_and_roles():
    organisation = MISPOrganisation()
    organisation.name = f"Organisation {uuid.uuid4()}"
    refused(analyst.add_organisation(organisation))
    organisation = good(operator.add_organisation(organisation, pythonify=True))
    user = MISPUser()
    user.email, user.org_id, user.role_id = f"{uuid.uuid4().hex}@example.org", organisation.id, 3
    user = good(operator.add_user(user, pythonify=True))
    user.role_id = 6
    equal(good(operator.update_user(user, pythonify=True)).role_id, "6")
    key = operator.get_new_authkey(user)
    equal(len(key), 40)
    refused(PyMISP(URL, key, ssl=False).add_event(new_event("not allowed")))
    equal(len(operator.roles(pythonify=True)), 6)
    refused(analyst.get_user(user))
    good(operator.delete_user(user))
    good(operator.delete_organisation(organisation))


@check
def texts_extended_events_and_correlations():
    event = added(new_event("base"))
    equal(len(good(analyst.freetext(event, "198.18.77[.]12 and someone@mail.example", pythonify=True))), 2)
    extending = new_event("extending", attributes=[("ip-src", "198.18.77.12")])
    extending.extends_uuid = event.uuid
    extending = added(extending)
    equal(len(read(event, extended=True).attributes), 3)
    related = [one["Event"]["id"] if isinstance(one, dict) else one.id for one in read(extending).RelatedEvent]
    equal(related, [event.id])
    for one in (event, extending):
        analyst.delete_event(one)
    good(analyst.attributes_statistics(context="type"))
    good(analyst.tags_statistics())
    good(operator.search_logs(limit=5))


@check
def events_are_offered_and_blocked_and_settings_kept():
    event = added(new_event("offered", 0, [("domain", f"{uuid.uuid4()}.example")]))
    refused(other.get_event(event.id))
    theirs = other.get_user("me", pythonify=True).org_id
    offer = good(analyst.delegate_event(event, theirs, distribution=1, message="please", pythonify=True))
    equal([one.id for one in good(other.event_delegations(pythonify=True))], [offer.id])
    equal(len(read(event, other).attributes), 1)
    refused(analyst.accept_event_delegation(offer))
    taken = good(other.accept_event_delegation(offer))
    equal(str(good(other.get_event(taken["id"], pythonify=True)).orgc_id), theirs)
    again = added(new_event("offered again", 0))
    offer = good(analyst.delegate_event(again, theirs, pythonify=True))
    good(other.discard_event_delegation(offer))
    refused(other.accept_event_delegation(offer))
    blocked = str(uuid.uuid4())
    refused(analyst.add_event_blocklist(blocked))
    equal(good(operator.add_event_blocklist(blocked, comment="false"))["result"]["successes"], [blocked])
    unwanted = new_event("unwanted")
    unwanted.uuid = blocked
    equal(refused(analyst.add_event(unwanted))["message"], "Event blocked by event blocklist.")
    one = next(one for one in operator.event_blocklists(pythonify=True) if one.event_uuid == blocked)
    one.comment = "wrong"
    equal(good(operator.update_event_blocklist(one, pythonify=True)).comment, "wrong")
    good(operator.delete_event_blocklist(blocked))
    kept = good(analyst.set_user_setting("homepage", {"path": "/events"}, pythonify=True))
    equal((kept.setting, kept.value), ("homepage", {"path": "/events"}))
    equal(good(analyst.get_user_setting("homepage", pythonify=True)).value, {"path": "/events"})
    refused(other.get_user_setting("homepage"))
    equal([one.setting for one in good(analyst.user_settings(pythonify=True))], ["homepage"])
    good(analyst.delete_user_setting("homepage"))
    for one in (event, again):
        analyst.delete_event(one)


@check
def organisations_are_blocked_and_values_left_out():
    flood = str(uuid.uuid4())
    refused(analyst.add_organisation_blocklist(flood))
    equal(good(operator.add_organisation_blocklist(flood, org_name="Flood"))["result"]["successes"], [flood])
    theirs = new_event("much")
    theirs.Orgc = MISPOrganisation()
    theirs.Orgc.name, theirs.Orgc.uuid = "Flood", flood
    equal(refused(analyst.add_event(theirs))["message"], "Event blocked by organisation blocklist.")
    one = next(one for one in operator.organisation_blocklists(pythonify=True) if one.org_uuid == flood)
    one.org_name = "Flood Ltd"
    equal(good(operator.update_organisation_blocklist(one, pythonify=True)).org_name, "Flood Ltd")
    good(operator.delete_organisation_blocklist(flood))
    value = f"{uuid.uuid4()}.example"
    first, second = (added(new_event(title, attributes=[("domain", value)])) for title in ("one", "two"))
    equal([one["Event"]["id"] if isinstance(one, dict) else one.id for one in read(first).RelatedEvent], [second.id])
    excluded = MISPCorrelationExclusion()
    excluded.value = f"%{value[8:]}"
    refused(analyst.add_correlation_exclusion(excluded))
    excluded = good(operator.add_correlation_exclusion(excluded, pythonify=True))
    equal(read(first).RelatedEvent, [])
    equal(good(operator.get_correlation_exclusion(excluded, pythonify=True)).value, excluded.value)
    assert excluded.id in [one.id for one in operator.correlation_exclusions(pythonify=True)]
    good(operator.delete_correlation_exclusion(excluded))
    good(operator.clean_correlation_exclusions())
    equal(len(read(first).RelatedEvent), 1)
    for one in (first, second):
        analyst.delete_event(one)


@check
def strangers_ask_for_an_account_where_they_may():
    setting = "Security.allow_self_registration"
    login = f"{uuid.uuid4().hex}@example.org"
    mine = analyst.get_user("me", pythonify=True).org_id
    assert "saved" not in register_user(URL, login, verify=False) or not register_user(URL, login, verify=False)["saved"]
    refused(analyst.set_server_setting(setting, True))
    good(operator.set_server_setting(setting, True))
    assert good(operator.get_server_setting(setting))["value"]
    assert register_user(URL, login, org_name="Whoever", message="please", verify=False)["saved"]
    refused(analyst.user_registrations())
    asks = next(one for one in operator.user_registrations(pythonify=True) if one.data["email"] == login)
    refused(operator.accept_user_registration(asks, unsafe_fallback=True))
    good(operator.accept_user_registration(asks, organisation=mine))
    made = operator.users(search=login, pythonify=True)
    equal([(one.email, one.org_id) for one in made], [(login, mine)])
    good(operator.delete_user(made[0]))
    assert register_user(URL, f"again-{login}", verify=False)["saved"]
    again = next(one for one in operator.user_registrations(pythonify=True) if one.data["email"] == f"again-{login}")
    equal(good(operator.discard_user_registration(again.id))["name"], "1 registration(s) discarded.")
    good(operator.set_server_setting(setting, False))


@check
def duplicates_are_refused_where_clients_mind():
    event = added(new_event("twice", attributes=[("ip-dst", "198.18.77.20")]))
    same = {"type": "ip-dst", "value": "198.18.77.20"}
    twice = refused(analyst.add_attribute(event, same))
    equal(twice["errors"]["value"][0], "A similar attribute already exists for this event.")
    good(analyst.add_attribute(event, same, break_on_duplicate=False))
    file = MISPObject("file")
    file.add_attribute("filename", "twice.exe")
    good(analyst.add_object(event, file, pythonify=True))
    again = MISPObject("file")
    again.add_attribute("filename", "twice.exe")
    assert "Duplicate object found" in refused(analyst.add_object(event, again, break_on_duplicate=True))["errors"]
    analyst.delete_event(event)


def main():
    failed = 0
    for one in CHECKS:
        try:
            one()
            print("good  ", one.__name__)
        except Exception:  # whatever goes wrong is what this is to find
            failed += 1
            print("FAILED", one.__name__)
            traceback.print_exc()
    print(f"PyMISP {pymisp.__version__}: {len(CHECKS)} checks, {failed} failed")
    sys.exit(1 if failed else 0)


main()
