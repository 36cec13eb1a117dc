"""What the service can be asked: reading, writing, paging. Knows the domain and its own ports, nothing else."""
