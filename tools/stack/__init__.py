"""The local stack: real parts, each a process."""
