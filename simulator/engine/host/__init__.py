"""What the engine takes from outside: the device, files from the hub, published weights."""
