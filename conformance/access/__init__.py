"""Reaching a target: its file, credentials, flow control, transport, journal and safety.

Modules, from the file to the wire:

- ``settings``     the target file as frozen records, and ``load_target`` / ``target_from_url``
- ``record``       reading a TOML table into a frozen record, with errors that name the way out
- ``schema``       the JSON Schema of the target file, drawn from the same records
- ``scaffold``     writing a new target file
- ``capability``   the words a target may use to say what it offers and allows
- ``auth``         who we are: token, user name and password, or an access key
- ``credentials``  finding them in the environment or a file
- ``signature``    SDK-HMAC-SHA256, the signature of an access key
- ``flow``         never more requests than table 1-2 allows, over several processes
- ``retry``        what is worth another try, and what the gateway asked to wait for
- ``guard``        what must never leave: writes, dangerous operations, foreign hosts, the budget
- ``budget``       how many requests a run may send in all
- ``transport``    the way out: sends what the guard lets pass, failures as data
- ``connection``   TLS, proxy, connection pool
- ``deadline``     a whole exchange in its time, slow drips too
- ``redaction``    no secret leaves the moment of capture
- ``journal``      what this run created or changed, on disk before it happens
- ``cleanup``      undoing what a journal still names
"""
