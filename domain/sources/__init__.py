"""What other systems tell us about candidates: who signed it, what it means, what must be asked."""
