"""The forms storey."""
