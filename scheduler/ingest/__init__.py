"""Files in and out: scenarios and plans, as a planner opens them in a spreadsheet."""
