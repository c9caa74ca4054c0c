"""Consumers that are killed: at each call that touches a file, and at random moments."""
