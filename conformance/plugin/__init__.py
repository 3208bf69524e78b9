"""The pytest plugin: options, collection, results and pytest-xdist."""
