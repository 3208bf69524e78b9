"""Resources that cases need: creating, finding, journaling and deleting them."""
