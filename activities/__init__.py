"""Every effect a workflow may ask for, through ports."""
