"""How the tables came to be, step by step; `SqlLedger.open` walks the steps that a database has not seen."""
