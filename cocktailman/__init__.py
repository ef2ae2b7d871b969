"""CocktailMan: generative models on cocktails."""
