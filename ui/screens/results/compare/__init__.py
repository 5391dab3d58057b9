"""Compare: variants of any finished runs."""
