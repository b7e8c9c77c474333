"""Second storey: what may be typed. Shape only: labels, lengths, patterns, required fields."""
