"""Problems of two parameters: surfaces, formulas, and small ones with data."""
