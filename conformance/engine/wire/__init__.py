"""From filled templates to requests: encoding, credentials, endpoint, polling."""
