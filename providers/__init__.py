"""How we speak to the outside: mail providers, OAuth, templates, MIME."""
