"""Items that the contract generates."""
