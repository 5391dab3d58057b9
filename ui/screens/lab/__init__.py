"""The Lab: the controls with Run on the left, the open run beside them."""
