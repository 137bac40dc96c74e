"""From a PlantState to a timed plan and its judgement: pure."""
