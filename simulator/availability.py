"""Whether published weights and data can be had: cached, reachable or not. Imports no torch, asks once per process."""
