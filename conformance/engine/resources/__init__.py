"""Resources that cases need: made, found, journaled, deleted again."""
