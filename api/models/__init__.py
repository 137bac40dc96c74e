"""Every request and answer of the HTTP contract. Times leave as ISO 8601 with the plant's offset."""
