"""What is kept when something happens: the frozen zone, and the plan in force re-timed around it. Pure."""
