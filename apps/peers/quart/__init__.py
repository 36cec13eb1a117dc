"""The core of the contract by Quart."""
