"""The Learn screens: what recorded answers and real weights show, computed with NumPy while a slider moves."""
