"""The control API: what people and the world do to the provider, on request."""
