"""What the service can be asked: reading and writing. Knows the contract and its own ports, nothing else."""
