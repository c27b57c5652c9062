"""Converts MISP events to STIX 2.1 with misp-stix: arguments are files. What it cannot read it names and leaves."""

import sys

from misp_stix_converter import MISPtoSTIX21Parser

for file in sys.argv[1:]:
    try:
        parser = MISPtoSTIX21Parser()
        parser.parse_json_content(open(file, encoding="utf-8").read())
        print(file, len(parser.bundle.serialize()))
    except Exception as error:  # One broken file is no reason to leave the others.
        print(file, type(error).__name__, error)
