"""Monthly series, the ledger of reported figures, and what each could show at a date. Knows no model."""
