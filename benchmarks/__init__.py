"""What the product can do, measured: its optimizer (`.optimizer`), and events over HTTP (`.events`)."""
