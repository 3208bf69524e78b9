"""Scripts of people in rooms, played to a reference through its door for tests."""
