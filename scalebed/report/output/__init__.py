"""What is written: the page, the spreadsheets, JUnit, and the table on the terminal."""
