#!/usr/bin/env python3
"""Asks a node of its own for vocabularies with PyMISP, as its users do: prints each call, and fails at the first answer that
is not as it should be.

    .ci/pymisp_vocabulary.py target/debug/commonwatch [FOLDER]

FOLDER: checkouts of MISP's repositories of vocabularies, loaded beside the small files that this script writes itself.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

from pymisp import MISPEvent, MISPGalaxyCluster, MISPGalaxyClusterRelation, PyMISP

warnings.filterwarnings("ignore")

GALAXY = "c1a8c6d2-9e55-4d58-9a38-0c9ad9e1a001"
SAW = "c1a8c6d2-9e55-4d58-9a38-0c9ad9e1a002"
TEMPLATE = "c1a8c6d2-9e55-4d58-9a38-0c9ad9e1a003"
FILES = {
    "galaxies/tools-of-trade.json": {
        "name": "Tools of the trade", "type": "tools-of-trade", "uuid": GALAXY, "version": 1, "icon": "wrench",
        "namespace": "own", "description": "What things are cut with.",
    },
    "clusters/tools-of-trade.json": {
        "name": "Tools of the trade", "type": "tools-of-trade", "uuid": GALAXY, "version": 1, "authors": ["Somebody"],
        "source": "own", "category": "tool", "description": "",
        "values": [
            {"value": "Saw", "uuid": SAW, "description": "Cuts wood.", "meta": {"synonyms": ["Blade"], "date": "1850"},
             "related": [{"dest-uuid": TEMPLATE, "type": "similar", "tags": ["likely"]}]},
            {"value": "Axe", "description": "Cuts more."},
        ],
    },
    "notice/list.json": {
        "name": "names-of-people", "expanded_name": "Names of people", "version": 1, "ref": ["https://example.org"],
        "geographical_area": ["EU"], "notice": [{"scope": "attribute", "field": "type", "value": ["email"], "message": {"en": "A name?"}}],
    },
    "object/definition.json": {
        "name": "own-file", "meta-category": "file", "uuid": TEMPLATE, "version": 3, "description": "A file.",
        "requiredOneOf": ["name"], "attributes": {"name": {"misp-attribute": "filename", "ui-priority": 1, "multiple": True}},
    },
    "warning/list.json": {
        "name": "our resolvers", "type": "string", "version": 1, "description": "Ours.",
        "matching_attributes": ["ip-dst"], "list": ["203.0.113.53"],
    },
    "model/model.json": {
        "name": "short", "formula": "polynomial", "uuid": GALAXY, "version": 1, "description": "Short.",
        "attribute_types": ["ip-dst"],
        "parameters": {"lifetime": 1, "decay_speed": 1, "threshold": 30, "default_base_score": 80, "base_score_config": {}},
    },
}


def check(what, holds, answer=None):
    print(f"{'ok  ' if holds else 'FAIL'} {what}")
    if not holds:
        print(json.dumps(answer, indent=1, default=str)[:4000])
        sys.exit(1)


def run(*command, refusals=False):
    done = subprocess.run(command, capture_output=True, text=True)
    check(" ".join(map(str, command[1:])), done.returncode in ((0, 1) if refusals else (0,)), done.stdout + done.stderr)
    return done.stdout


def taxonomies(operator, reader):
    all_of_them = operator.taxonomies(pythonify=True)
    tlp = next(one for one in all_of_them if one.namespace == "tlp")
    check("taxonomies", {"tlp", "PAP", "workflow", "admiralty-scale"} <= {one.namespace for one in all_of_them})
    check("get_taxonomy by namespace", operator.get_taxonomy("tlp", pythonify=True).id == tlp.id)
    entries = operator.get_taxonomy(tlp)["entries"]
    check("get_taxonomy with its tags", "tlp:amber+strict" in [entry["tag"] for entry in entries], entries)
    refused = reader.enable_taxonomy(tlp)
    check("enable_taxonomy is refused to others", "errors" in refused, refused)
    done = operator.enable_taxonomy(tlp)
    check("enable_taxonomy", done["message"] == "Taxonomy enabled", done)
    done = operator.enable_taxonomy_tags(tlp)
    check("enable_taxonomy_tags", done["name"] == "The tag(s) has been saved.", done)
    names = [tag.name for tag in reader.tags(pythonify=True)]
    check("tags of the taxonomy are offered to everybody", "tlp:clear" in names, names)
    found = reader.search_tags("tlp:gre", pythonify=True)
    check("search_tags", "tlp:green" in [tag.name for tag in found], found)
    done = operator.set_taxonomy_required(tlp, True)
    check("set_taxonomy_required", done["message"] == "Taxonomy toggleRequireded", done)
    check("it is required now", operator.get_taxonomy(tlp, pythonify=True).required is True)
    operator.set_taxonomy_required(tlp, False)
    done = operator.disable_taxonomy(tlp)
    check("disable_taxonomy", done["message"] == "Taxonomy disabled", done)
    done = operator.update_taxonomies()
    check("update_taxonomies", done["name"] == "All taxonomy libraries are up to date already.", done)


def warninglists(operator, reader):
    lists = operator.warninglists(pythonify=True)
    own = next(one for one in lists if one.name == "our resolvers")
    check("warninglists: what was imported is off", own.enabled is False)
    value = "203.0.113.53"

    def known():
        answer = reader.values_in_warninglist([value])
        return own.name in [hit["name"] for hit in answer.get(value, [])] if answer else False

    check("values_in_warninglist: a list that is off flags nothing", not known())
    done = operator.enable_warninglist(own)
    check("enable_warninglist", done["success"] == "1 warninglist(s) enabled", done)
    check("values_in_warninglist", known())
    seen = reader.get_warninglist(own, pythonify=True)
    check("get_warninglist", seen.WarninglistEntry[0]["value"] == value and seen.WarninglistType[0]["type"] == "ip-dst", seen)
    done = operator.toggle_warninglist(warninglist_name="our resolvers")
    check("toggle_warninglist", done["success"] == "1 warninglist(s) toggled" and not known(), done)
    done = operator.disable_warninglist(own)
    check("disable_warninglist", done["success"] == "1 warninglist(s) disabled", done)
    check("disable_warninglist is refused to others", "errors" in reader.disable_warninglist(own))
    done = operator.update_warninglists()
    check("update_warninglists", done["name"] == "All warninglists are up to date already.", done)


def noticelists(operator, reader):
    lists = operator.noticelists(pythonify=True)
    own = next(one for one in lists if one.name == "names-of-people")
    seen = reader.get_noticelist(own, pythonify=True)
    check("get_noticelist", seen.NoticelistEntry[0]["data"]["value"] == ["email"], seen)
    done = operator.enable_noticelist(own)
    check("enable_noticelist", done["Noticelist"]["enabled"] is True, done)
    done = operator.disable_noticelist(own)
    check("disable_noticelist", done["Noticelist"]["enabled"] is False, done)
    check("update_noticelists", operator.update_noticelists()["success"] is True)


def templates(operator, reader):
    check("update_object_templates", isinstance(operator.update_object_templates(), list))
    own = next(one for one in reader.object_templates(pythonify=True) if one.name == "own-file")
    seen = reader.get_object_template(own.uuid)
    check("get_object_template", seen["ObjectTemplateElement"][0]["type"] == "filename", seen)
    check("get_object_template, pythonified", reader.get_object_template(own.id, pythonify=True).name == "own-file")
    raw = reader.get_raw_object_template("own-file")
    check("get_raw_object_template", raw == FILES["object/definition.json"], raw)


def decay(operator, reader):
    models = operator.decaying_models(pythonify=True)
    own = next(one for one in models if one.name == "short")
    check("decaying_models", own.enabled is False and own.parameters["lifetime"] == 1, own)
    check("enable_decaying_model", operator.enable_decaying_model(own)["success"] is True)
    check("enable_decaying_model is refused to others", "errors" in reader.enable_decaying_model(own))
    check("disable_decaying_model", operator.disable_decaying_model(own)["success"] is True)
    check("update_decaying_models", operator.update_decaying_models()["success"] is True)


def galaxies(operator, city, other):
    done = operator.update_galaxies()
    check("update_galaxies", done["name"] == "Galaxies updated.", done)
    galaxy = next(one for one in city.galaxies(pythonify=True) if one.type == "tools-of-trade")
    found = city.search_galaxy("of the trade", pythonify=True)
    check("search_galaxy", [one.id for one in found] == [galaxy.id], found)
    seen = city.get_galaxy(galaxy.id, withCluster=True, pythonify=True)
    check("get_galaxy with clusters", [one.value for one in seen.clusters] == ["Saw", "Axe"], seen)
    saw = city.get_galaxy_cluster(SAW, pythonify=True)
    check("get_galaxy_cluster", saw.default and saw.elements_meta["synonyms"] == ["Blade"], saw)
    check("its tag", saw.tag_name == 'misp-galaxy:tools-of-trade="Saw"', saw)
    check("its relations", saw.cluster_relations[0].referenced_galaxy_cluster_type == "similar", saw)
    found = city.search_galaxy_clusters(galaxy, searchall="blade", pythonify=True)
    check("search_galaxy_clusters", [one.value for one in found] == ["Saw"], found)

    own = MISPGalaxyCluster()
    own.value, own.authors, own.distribution, own.description = "Test cluster", ["City"], 1, "Ours."
    own = city.add_galaxy_cluster(galaxy.id, own, pythonify=True)
    check("add_galaxy_cluster", own.value == "Test cluster" and str(own.galaxy_id) == str(galaxy.id), own)
    own.add_cluster_element("synonyms", "Test two")
    own = city.update_galaxy_cluster(own, pythonify=True)
    check("update_galaxy_cluster", own.elements_meta == {"synonyms": ["Test two"]}, own)
    own.cluster_elements[0].value = "Test three"
    own = city.update_galaxy_cluster(own, pythonify=True)
    check("update_galaxy_cluster again", own.elements_meta == {"synonyms": ["Test three"]}, own)
    check("publish_galaxy_cluster", city.publish_galaxy_cluster(own)["success"] is True)
    found = city.search_galaxy_clusters(galaxy, context="custom", pythonify=True)
    check("search_galaxy_clusters, custom", [one.value for one in found] == ["Test cluster"], found)
    check("others of the community see it", other.get_galaxy_cluster(own.uuid, pythonify=True).value == "Test cluster")
    own_copy = other.get_galaxy_cluster(own.uuid, pythonify=True)
    own_copy.value = "Taken"
    check("and do not change it", "errors" in other.update_galaxy_cluster(own_copy))
    check("nor delete it", "errors" in other.delete_galaxy_cluster(own_copy))

    quiet = MISPGalaxyCluster()
    quiet.value, quiet.authors, quiet.distribution, quiet.description = "Quiet cluster", [], 0, "For ourselves."
    quiet = city.add_galaxy_cluster(galaxy.id, quiet, pythonify=True)
    check("what is for one's own member is nowhere for others", "errors" in other.get_galaxy_cluster(quiet.uuid))
    listed = json.dumps(other.search_galaxy_clusters(galaxy)) + json.dumps(other.get_galaxy(galaxy))
    check("nor in lists", "Quiet" not in listed, listed)

    own.add_cluster_relation(saw, "is-tested-by")
    relation = own.cluster_relations[0]
    done = city.add_galaxy_cluster_relation(relation)
    check("add_galaxy_cluster_relation", done["saved"] is True, done)
    own = city.get_galaxy_cluster(own.id, pythonify=True)
    check("the cluster has it", len(own.cluster_relations) == 1, own)
    relation = own.cluster_relations[0]
    relation.add_tag("tlp:amber")
    done = city.update_galaxy_cluster_relation(relation)
    check("update_galaxy_cluster_relation", done["saved"] is True, done)
    own = city.get_galaxy_cluster(own.id, pythonify=True)
    check("its tags", [tag.name for tag in own.cluster_relations[0].tags] == ["tlp:amber"], own)
    again = MISPGalaxyClusterRelation()
    again.from_dict(galaxy_cluster_uuid=quiet.uuid, referenced_galaxy_cluster_uuid=SAW, referenced_galaxy_cluster_type="like")
    check("no relation to what one does not see", "errors" in other.add_galaxy_cluster_relation(again))
    check("delete_galaxy_cluster_relation", city.delete_galaxy_cluster_relation(relation)["success"] is True)

    fork = city.fork_galaxy_cluster(galaxy, city.get_galaxy_cluster(SAW, pythonify=True), pythonify=True)
    check("fork_galaxy_cluster", str(fork.extends_uuid) == SAW and not fork.default and str(fork.uuid) != SAW, fork)

    event = MISPEvent()
    event.info, event.distribution = "An event with a cluster", 1
    event.add_attribute("ip-dst", "203.0.113.77", to_ids=True)
    event = city.add_event(event, pythonify=True)
    done = city.attach_galaxy_cluster(event, saw)
    check("attach_galaxy_cluster to an event", done["saved"] is True, done)
    done = city.attach_galaxy_cluster(event.attributes[0], saw)
    check("attach_galaxy_cluster to an attribute", done["saved"] is True, done)
    event = city.get_event(event, pythonify=True)
    tags = [tag.name for tag in event.tags], [tag.name for tag in event.attributes[0].tags]
    check("both have the tag", all(saw.tag_name in names for names in tags), tags)
    check("attach_galaxy_cluster to what is not there", "errors" in other.attach_galaxy_cluster(event.attributes[0], quiet))

    check("delete_galaxy_cluster", city.delete_galaxy_cluster(own)["success"] is True)
    check("it is gone", "errors" in other.get_galaxy_cluster(own.uuid))
    found = city.search_galaxy_clusters(galaxy, context="deleted", pythonify=True)
    check("its member finds it among the deleted", [one.value for one in found] == ["Test cluster"], found)
    check("delete_galaxy_cluster for good", city.delete_galaxy_cluster(fork, hard=True)["success"] is True)


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        data = work / "commonwatch-demo"
        server = subprocess.Popen(
            [binary, "--data", data, "demo", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, cwd=work)
        try:
            address = None
            for line in server.stdout:
                address = address or re.search(r"http://127\.0\.0\.1:\d+", line)
                if line.startswith("# Prove it"):
                    break
            url = address.group(0)
            for name, content in FILES.items():
                path = work / "vocabularies" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(content))
            print(run(binary, "--data", data, "misp", "import", work / "vocabularies"))
            again = run(binary, "--data", data, "--json", "misp", "import", work / "vocabularies")
            counts = [json.loads(line) for line in again.splitlines()]
            check("an import again changes nothing", all(c.get("new", 0) + c.get("changed", 0) == 0 for c in counts), counts)
            if len(sys.argv) > 2:
                print(run(binary, "--data", data, "misp", "import", sys.argv[2], refusals=True))

            def client(login):
                made = run(binary, "--data", data, "--json", "key", "add", "pymisp", "--for", login)
                key = re.search(r"cw_[0-9a-f]+", made).group(0)
                return PyMISP(url, key, ssl=False)

            operator, city, other = client("operator"), client("city"), client("water")
            taxonomies(operator, city)
            warninglists(operator, city)
            noticelists(operator, city)
            templates(operator, city)
            decay(operator, city)
            galaxies(operator, city, other)
        finally:
            server.terminate()
            server.wait()
    print("all is as it should be")


main()
