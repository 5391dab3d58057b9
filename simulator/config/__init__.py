"""RunConfig: everything that decides a run, and the rules that settings must keep."""
