"""What k6 is told and what it says, wherever it runs."""
