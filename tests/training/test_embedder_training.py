"""Captions and their truth, and a step of the training that lowers its loss."""

import numpy as np
import torch

from cocktailman.labels.truth import FALSE, TRUE, UNKNOWN
from cocktailman.losses.pairwise_sigmoid import PairwiseSigmoid
from cocktailman.models.embedder.network import Embedder, EmbedderConfig
from cocktailman.models.embedder.towers import GRID, POOLED, SENTENCE, TOKEN
from training.embedder.captions import pair_truth
from training.embedder.data import principal


def test_a_caption_is_true_where_all_its_labels_are() -> None:
    truth = torch.tensor([[TRUE, TRUE, FALSE], [TRUE, UNKNOWN, FALSE], [FALSE, UNKNOWN, UNKNOWN]])
    named = torch.tensor([[1.0, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 0]])
    true, known = pair_truth(truth, named)
    assert known.tolist() == [[True, True, True, False], [False, True, True, False], [True, True, False, False]]
    assert (true & known).tolist() == [[True, True, False, False], [False, True, False, False], [False] * 4]


def test_the_loss_counts_known_pairs_alone() -> None:
    logits = torch.tensor([[3.0, 50.0], [-3.0, 1.0]])
    true, known = torch.tensor([[True, False], [False, True]]), torch.tensor([[True, False], [True, True]])
    wanted = (torch.nn.functional.softplus(torch.tensor(-3.0)) + torch.nn.functional.softplus(torch.tensor(-1.0))) / 2
    assert torch.isclose(PairwiseSigmoid()(logits, true, known), wanted)


def test_principal_components_have_variance_one() -> None:
    tokens = np.random.default_rng(0).normal(size=(200, GRID**2, 5)) @ np.diag([5, 4, 3, 0.1, 0.1]) + 7
    middle, components = principal(tokens.astype(np.float16), 3)
    reduced = (torch.from_numpy(tokens).float() - middle) @ components
    assert torch.allclose(reduced.flatten(0, 1).std(0), torch.ones(3), atol=0.02)


def test_heads_learn_which_sentence_is_true() -> None:
    torch.manual_seed(0)
    network, loss = Embedder(EmbedderConfig(reduced=16, width=16, queries=2, dim=16, dropout=0.0)), PairwiseSigmoid()
    network.components.copy_(torch.randn(TOKEN, 16) / TOKEN**0.5)
    kinds = torch.arange(24) % 4
    tokens = torch.randn(4, 1, TOKEN)[kinds] + 0.1 * torch.randn(24, GRID**2, TOKEN)
    pooled, sentences = torch.randn(24, POOLED), torch.nn.functional.normalize(torch.randn(4, SENTENCE), dim=1)
    true = kinds[:, None] == torch.arange(4)
    cosines, optimiser, seen = torch.empty(0), torch.optim.Adam(network.parameters(), 3e-3), []
    for _ in range(60):
        cosines = network.pictures(tokens, pooled) @ network.sentences(sentences).T
        value = loss(network.logits(cosines), true, torch.ones_like(true))
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        seen.append(value.item())
    assert seen[-1] < 0.1 * seen[0]
    assert torch.equal(cosines > 0.25, true)  # the operating point is where the loss puts it
