"""Who may knock: the HTTP door."""
