"""From the domain's values to the contract's answers; no decision is taken here."""
