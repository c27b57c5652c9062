"""Serves one collection with medallion: arguments are a port and a directory. Needs no database; everything is in memory."""

import json
import pathlib
import sys

from medallion import application_instance, register_blueprints, set_config

port, directory = int(sys.argv[1]), pathlib.Path(sys.argv[2])
collection = {
    "id": "00000000-0000-4000-8000-000000000001", "title": "Measured", "can_read": True, "can_write": True,
    "media_types": ["application/stix+json;version=2.1"], "objects": [], "manifest": [],
}
information = {"title": "Measured", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 104857600}
data = {
    "/discovery": {"title": "Measured", "default": f"http://127.0.0.1:{port}/measured/", "api_roots": [f"http://127.0.0.1:{port}/measured/"]},
    "measured": {"information": information, "status": [], "collections": [collection]},
}
file = directory / "data.json"
file.write_text(json.dumps(data))
configuration = {
    "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": str(file)},
    "users": {"measured": "measured"},
    "taxii": {"max_page_size": 1000},
}
for part in ("users", "taxii", "backend"):
    set_config(application_instance, part, configuration)
register_blueprints(application_instance)
application_instance.run(host="127.0.0.1", port=port)
