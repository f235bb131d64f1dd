"""What activities need of the outside, as Protocols; `providers` and `records` satisfy them."""
