"""What is made for paper and for spreadsheets."""
