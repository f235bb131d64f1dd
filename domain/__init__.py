"""The words and the rules: pure Python, no clock, no I/O."""
