"""Serves one collection with OpenTAXII on SQLite: arguments are a port and a directory.

Version 0.9.3, the newest on PyPI, answers TAXII 2.1 with an error where an identifier is to be written as JSON (its
repository has the remedy, not released). The same remedy is applied here from outside: what JSON cannot hold is text.
"""

import functools
import json
import os
import pathlib
import sys
import types
import uuid

port, directory = int(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
configuration = directory / "opentaxii.yml"
configuration.write_text(f"""
domain: "127.0.0.1:{port}"
support_basic_auth: yes
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters: {{db_connection: "sqlite:///{directory}/auth.db", create_tables: yes, secret: measured-measured-measured}}
taxii1:
taxii2:
  max_content_length: 104857600
  title: Measured
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters: {{db_connection: "sqlite:///{directory}/data.db", create_tables: yes}}
logging: {{opentaxii: error, root: error}}
""")
os.environ["OPENTAXII_CONFIG"] = str(configuration)

from opentaxii.persistence.sqldb import taxii2models  # noqa: E402
from opentaxii.taxii2 import http  # noqa: E402

http.json = types.SimpleNamespace(dumps=functools.partial(json.dumps, default=str))

from opentaxii.http import app, server  # noqa: E402
from werkzeug.serving import run_simple  # noqa: E402

root = uuid.UUID("00000000-0000-4000-8000-000000000002")
with app.app_context():
    api = server.servers.taxii2.persistence.api
    api.db.session.add(taxii2models.ApiRoot(id=root, title="Measured", default=True, is_public=False))
    api.db.session.commit()
    api.add_collection(api_root_id=str(root), title="Measured", alias="measured", is_public=False)
    server.auth.api.create_account(username="measured", password="measured", is_admin=True)
run_simple("127.0.0.1", port, app, threaded=True)
