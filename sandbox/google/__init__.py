"""Gmail's and Google OAuth's wire protocol, spoken over the mail world."""
