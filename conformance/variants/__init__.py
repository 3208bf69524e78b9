"""Named choices that the document leaves to whoever implements it, made in the reference.

A fault must be found; a permitted variant must not be. Most are derived from the operations of the
reference and the examples of the document, the others are written by hand, a module per kind.
"""
