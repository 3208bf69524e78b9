"""When two JSON values, two readings and two times are the same."""
