"""How rows look to callers."""
