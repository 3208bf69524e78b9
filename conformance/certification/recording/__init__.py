"""What a client sent: recorded live, or read from a HAR file."""
