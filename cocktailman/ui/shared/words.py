"""The field's words in three sentences each, where a page first uses them."""

import streamlit as st

WORDS = {
    "style vector": "A picture is painted from a recipe and a style vector: 4 to 6 numbers for all that a recipe does "
    "not say, such as glass, light and angle. Papers call it the latent vector z. Nobody told the model what each "
    "number means; it found them by itself while it learned to rebuild pictures.",
    "prior": "The distribution that style vectors are supposed to follow before any picture was seen: independent "
    "normal numbers with mean 0 and standard deviation 1, written N(0, I). Random drinks are painted from draws of it. "
    "σ beside a slider means its standard deviations.",
    "posterior": "What the encoder says of a picture: a mean and a standard deviation for each number of its style. "
    "A point on the map is the mean. A small standard deviation says that the number matters to this picture.",
    "KL divergence": "How far a picture's posterior is from the prior, in nats: 0 says that the encoder told nothing "
    "of the picture. Training holds it small, so that draws of the prior look like pictures. A number whose KL is "
    "near 0 is not used.",
    "projection": "A map has two or three axes, a style more numbers, so that something is lost. PCA shows the "
    "directions of largest variance and keeps distances as well as a plane can. UMAP and t-SNE keep neighbours "
    "together, and say little of distances between groups.",
    "truncation": "Styles near the mean of the prior are painted better and look more alike; those far out are rarer "
    "and stranger. Truncation scales all numbers of a style by ψ: below 1 towards the mean. It trades variety for "
    "quality, as in BigGAN and StyleGAN.",
    "seed": "A number that a random draw begins with: the same seed, model and recipe give the same picture, today and "
    "on any machine. The next seed gives another. It travels in the address.",
    "what is typical": "A linear (ridge) regression predicts the style of a drink from its recipe, with the spread "
    "that it leaves unexplained. Drawn from it, styles are those of photos of such drinks. The prior knows no recipe.",
}


def explain(*words: str) -> None:
    """Draws what opens to say what these words mean."""
    with st.popover("Words", icon=":material/help:", help="what the words on this page mean"):
        for word in words:
            st.markdown(f"**{word[:1].upper()}{word[1:]}.** {WORDS[word]}")
