"""What two or more reports, or two contracts, say beside each other."""
