"""The core of the contract by Litestar."""
