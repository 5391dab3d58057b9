"""Data: what people bring, checked and kept, and whether published data and weights are available."""
