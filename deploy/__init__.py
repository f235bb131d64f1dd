"""What deploying needs besides the code."""
