"""Recipes as a tree of attributes, each depending on one other: naive Bayes and Chow-Liu."""
