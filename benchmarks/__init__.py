"""What we publish, each number a command."""
