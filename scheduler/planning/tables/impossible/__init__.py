"""Why an order cannot be planned: an operation that can never be worked, or components that nobody supplies."""
