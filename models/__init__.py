"""First storey: what is true. Facts, statuses, money, date rules; knows neither web nor engine."""
