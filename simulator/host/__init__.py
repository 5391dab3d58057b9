"""What this machine is: paths, memory, cores, speed."""
