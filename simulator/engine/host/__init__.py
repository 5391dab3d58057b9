"""What the engine gets from outside: the device, files from the hub, published weights."""
