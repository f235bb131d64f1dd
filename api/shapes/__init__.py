"""The shapes of what callers send and get: every field bounded, described and of one unit."""
