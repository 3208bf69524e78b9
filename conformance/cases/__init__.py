"""What to send: valid, boundary, one violation at a time, random. From the contract alone."""
