"""Second storey: what happens next. Verbs that change facts, and the engine that orders them."""
