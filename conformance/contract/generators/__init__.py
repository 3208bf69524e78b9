"""A contract as code generators take it: the same API, without what they overwrite or misread.

``whole.py`` goes through the document; ``credentials.py`` takes out what a security scheme says
already, ``schemas.py`` what no type can express; ``refusals.py`` completes errors;
``enumerations.py`` gives every enumeration a name of its own; ``writing.py`` writes it down.
"""
