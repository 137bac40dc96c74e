"""The fast check: whether a plan keeps every rule, column by column. Which rule is broken, the rules say."""
