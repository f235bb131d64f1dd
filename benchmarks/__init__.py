"""What we publish, each a command: costs as counts, rates beside a bare Temporal workflow."""
