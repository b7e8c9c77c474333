"""First storey: what is true. Facts, statuses, money and date rules; knows nothing of the web or the engine."""
