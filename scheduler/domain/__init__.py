"""What a plant is, in the field's own terms. Standard library only."""
