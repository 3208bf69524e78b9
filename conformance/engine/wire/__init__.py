"""From filled templates to requests on the wire: encoding, credentials, endpoint, polling."""
