"""The tests of rules, one folder per topic of the document."""
