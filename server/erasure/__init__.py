"""How long cases are kept, how they end, and what people may ask about their own data."""
