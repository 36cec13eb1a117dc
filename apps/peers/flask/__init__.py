"""The core of the contract by Flask."""
