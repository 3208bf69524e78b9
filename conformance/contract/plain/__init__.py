"""OpenAPI documents without extensions for this suite, completed by defaults.

``docs/plain-openapi.md`` lists them. Where a document leaves room, less is judged.
"""
