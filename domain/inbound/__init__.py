"""What came into a mailbox, told apart: bounces, complaints, machines' answers, people's replies."""
