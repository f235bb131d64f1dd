"""A pretend Gmail over the wire, with candidates who have inboxes; knows no other room."""
