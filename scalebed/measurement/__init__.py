"""What one trial comes to: readings, the window that counts, its verdict, and whether it may count. Pure."""
