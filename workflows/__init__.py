"""What happens to one candidate, one mailbox, one sequence over months: deterministic."""
