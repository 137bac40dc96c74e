"""What people read of a plan: lists, comparisons, and why an order is late."""
